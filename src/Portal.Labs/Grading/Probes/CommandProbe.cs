using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Labs.Grading.Probes;

/// <summary>Exit status and output of a command in a shell of the grader's own.</summary>
internal sealed class CommandProbe(TimeProvider time) : ICheckProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public string Name => "command";

    public bool IsCostly => true;

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var command = settings.Text("run") ?? "";
        try
        {
            var (exitCode, output) = await new Patience(time)
                .RunAsync(t => GraderCommand.RunAsync(context.Shell, command, t), s_limit, cancellationToken)
                .ConfigureAwait(false);
            var wantedCode = settings.Number("exitCode") ?? 0;
            if (exitCode != wantedCode) return Failed($"exit status {wantedCode}", exitCode.ToString(CultureInfo.InvariantCulture), command, output);
            if (settings.Text("output") is { } pattern && !Regex.IsMatch(output, pattern, RegexOptions.None, TimeSpan.FromSeconds(1))) return Failed($"output that matches {pattern}", Shorten(output), command, output);
            return ProbeResult.Passed("the command's result is as asked", command) with { Log = [.. output.Split('\n')] };
        }
        catch (TimeoutException)
        {
            return Failed("an end within 30 s", "none", command, "");
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception or RegexMatchTimeoutException)
        {
            return Failed("a result", e.Message, command, "");
        }
    }

    private static ProbeResult Failed(string expected, string found, string command, string output) =>
        ProbeResult.Failed(expected, found, command) with { Log = [.. output.Split('\n')] };

    private static string Shorten(string output) => output.Trim() is { Length: > 200 } text ? text[..200] + "…" : output.Trim();
}
