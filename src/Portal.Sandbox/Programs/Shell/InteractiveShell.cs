using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A shell on a terminal: echo, erase, Ctrl-C and Ctrl-D, one line at a time.</summary>
internal static class InteractiveShell
{
    private const string Prompt = "/ # ";

    public static async Task<int> RunAsync(ShellSession session, ShellIo io, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        await io.OutAsync(Prompt).ConfigureAwait(false);
        // A terminal wants CR LF; commands write LF.
        var terminal = new ShellIo(io.With("", null).Input, d => io.OutAsync(Encoding.UTF8.GetString(d.Span).Replace("\n", "\r\n", StringComparison.Ordinal)), d => io.OutAsync(Encoding.UTF8.GetString(d.Span).Replace("\n", "\r\n", StringComparison.Ordinal)));
        await foreach (var chunk in io.Input.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var c in Encoding.UTF8.GetString(chunk))
            {
                switch (c)
                {
                    case '\r' or '\n':
                        await io.OutAsync("\r\n").ConfigureAwait(false);
                        var text = line.ToString();
                        line.Clear();
                        session.LastStatus = await ShellInterpreter.RunAsync(session, text, terminal, cancellationToken).ConfigureAwait(false);
                        if (session.Exited) return session.LastStatus;
                        await io.OutAsync(Prompt).ConfigureAwait(false);
                        break;
                    case '\u0003':
                        line.Clear();
                        await io.OutAsync("^C\r\n" + Prompt).ConfigureAwait(false);
                        break;
                    case '\u0004' when line.Length == 0: return session.LastStatus;
                    case '\u007f' or '\b':
                        if (line.Length == 0) break;
                        line.Length--;
                        await io.OutAsync("\b \b").ConfigureAwait(false);
                        break;
                    case >= ' ':
                        line.Append(c);
                        await io.OutAsync(c.ToString()).ConfigureAwait(false);
                        break;
                }
            }
        }
        return session.LastStatus;
    }
}
