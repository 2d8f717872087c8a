using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A shell on a terminal: lines with history, commands over several lines, Ctrl-C and Ctrl-D.</summary>
internal static class InteractiveShell
{
    /// <summary>How long a command of several lines may become before it is given up.</summary>
    private const int LongestCommand = 256 * 1024;

    /// <summary>
    /// Whether a command is complete is found by parsing it anew with every line: microseconds a character.
    /// </summary>
    private const double ParseMicroseconds = 0.05;

    public static async Task<int> RunAsync(ShellInterpreter shell, Terminal terminal)
    {
        var editor = new LineEditor(terminal);
        shell.Interactive = true;
        shell.Process.BeginTurns();
        var text = new StringBuilder();
        while (true)
        {
            var prompt = text.Length > 0 ? shell.Variables["PS2"] ?? "> " : shell.Variables["PS1"] ?? Prompt(shell);
            terminal.IsEditing = true;
            var line = await editor.ReadAsync(prompt, shell.Process.SessionToken).ConfigureAwait(false);
            terminal.IsEditing = false;
            if (line is null && text.Length == 0) break;
            if (line == LineEditor.Interrupted)
            {
                text.Clear();
                shell.LastStatus = 130;
                continue;
            }
            text.Append(line).Append('\n');
            await shell.Process.SpendAsync(text.Length * ParseMicroseconds).ConfigureAwait(false);
            if (line is not null && text.Length <= LongestCommand && IsIncomplete(text.ToString())) continue;
            await RunLineAsync(shell, terminal, text.ToString()).ConfigureAwait(false);
            text.Clear();
            if (shell.Leaving == ShellInterpreter.Flow.Exit) break;
            shell.Leaving = ShellInterpreter.Flow.None;
        }
        return await shell.EndAsync(shell.LastStatus).ConfigureAwait(false);
    }

    private static string Prompt(ShellInterpreter shell) => $"{shell.Process.Directory} # ";

    private static bool IsIncomplete(string text)
    {
        try
        {
            var parser = new ShellParser(text);
            while (parser.ReadCommand() is not null) { }
            return parser.HasOpenDocument || text.EndsWith("\\\n", StringComparison.Ordinal);
        }
        catch (ShellSyntaxException e)
        {
            return e.Incomplete;
        }
    }

    private static async Task RunLineAsync(ShellInterpreter shell, Terminal terminal, string text)
    {
        var process = shell.Process;
        process.BeginTurn();
        terminal.Interrupt = process.InterruptTurn;
        try
        {
            await shell.RunScriptAsync(text).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!process.SessionToken.IsCancellationRequested)
        {
            shell.LastStatus = 130;
            await terminal.WriteAsync("\n").ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShellErrorException or ShellSyntaxException or Budgets.ForkException)
        {
            shell.LastStatus = (e as ShellErrorException)?.Status ?? 2;
            await shell.ErrorAsync($"sh: {e.Message}\n").ConfigureAwait(false);
        }
        finally
        {
            terminal.Interrupt = null;
            shell.Reset();
        }
    }
}
