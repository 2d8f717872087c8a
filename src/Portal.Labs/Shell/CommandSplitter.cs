using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Portal.Labs.Shell;

/// <summary>
/// Splits a block into complete shell commands: heredocs, continuations, pipes, loops, functions and quotes stay whole.
/// bash itself says when a command is complete (<c>bash -n</c> reads it without running anything). Comments between
/// commands are dropped.
/// </summary>
internal static class CommandSplitter
{
    /// <summary>
    /// Prints the number of the last line of each command. A heredoc without its end is only a warning to bash, and a
    /// backslash at the end is nothing to it; both mean that the command goes on.
    /// </summary>
    private const string Script = """
        mapfile -t lines
        chunk=
        for i in "${!lines[@]}"; do
          chunk+=${lines[i]}$'\n'
          body=${lines[i]%%+(\\)}
          (( (${#lines[i]} - ${#body}) % 2 )) && continue
          if message=$("$BASH" --norc -n <<< "$chunk" 2>&1) && [[ -z $message ]]; then
            [[ $chunk =~ ^([[:space:]]*(#[^$'\n']*)?$'\n')*$ ]] || echo "$i"
            chunk=
          fi
        done
        """;

    /// <summary>A rest that never becomes complete is the last command: running it makes bash say what is wrong.</summary>
    public static async Task<ImmutableArray<string>> SplitAsync(string code, CancellationToken cancellationToken)
    {
        var lines = code.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        var commands = ImmutableArray.CreateBuilder<string>();
        var start = 0;
        foreach (var end in lines.Length == 1 ? [0] : await FindEndsAsync(lines, cancellationToken).ConfigureAwait(false))
        {
            Add(commands, lines, start, end);
            start = end + 1;
        }
        Add(commands, lines, start, lines.Length - 1);
        return commands.ToImmutable();
    }

    private static void Add(ImmutableArray<string>.Builder commands, string[] lines, int start, int end)
    {
        while (start <= end && IsBlankOrComment(lines[start])) start++;
        if (start <= end) commands.Add(string.Join('\n', lines[start..(end + 1)]));
    }

    private static bool IsBlankOrComment(string line) => line.AsSpan().TrimStart() is [] or ['#', ..];

    private static async Task<List<int>> FindEndsAsync(string[] lines, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(ToolPaths.Find("bash") ?? "bash", ["--norc", "--noprofile", "-O", "extglob", "-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/bin:/bin";
        using var process = Process.Start(start) ?? throw new WorkspaceException("bash could not be started.", "Install bash and start the portal again.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(string.Join('\n', lines).AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
            var ends = (await output.ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            await errors.ConfigureAwait(false);
            return [.. ends.Select(e => int.Parse(e, CultureInfo.InvariantCulture))];
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
