using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Labs.Shell;

namespace Portal.Labs.Grading.Probes;

/// <summary>Exit status and output of a command in a shell of the grader's own.</summary>
internal sealed class CommandProbe : ICheckProbe
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public string Name => "command";

    public bool IsCostly => true;

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var command = settings.Text("run") ?? "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_limit);
        try
        {
            var (exitCode, output) = await RunAsync(context.Shell, command, limit.Token).ConfigureAwait(false);
            var wantedCode = settings.Number("exitCode") ?? 0;
            if (exitCode != wantedCode) return Failed($"exit status {wantedCode}", exitCode.ToString(CultureInfo.InvariantCulture), command, output);
            if (settings.Text("output") is { } pattern && !Regex.IsMatch(output, pattern, RegexOptions.None, TimeSpan.FromSeconds(1))) return Failed($"output that matches {pattern}", Shorten(output), command, output);
            return ProbeResult.Passed("the command's result is as asked", command) with { Log = [.. output.Split('\n')] };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
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

    private static async Task<(int ExitCode, string Output)> RunAsync(GraderShell shell, string command, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(shell.Directory);
        var kubeconfig = Path.Combine(shell.Directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, shell.Kubeconfig, cancellationToken).ConfigureAwait(false);
        var start = new ProcessStartInfo("bash", ["--norc", "-c", $"exec 2>&1\n{command}"]) { RedirectStandardOutput = true, WorkingDirectory = shell.Directory };
        start.Environment.Clear();
        start.Environment["HOME"] = shell.Directory;
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["PATH"] = ToolPaths.WorkspacePath(shell.ToolsDirectory);
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start) ?? throw new IOException("bash could not be started.");
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
