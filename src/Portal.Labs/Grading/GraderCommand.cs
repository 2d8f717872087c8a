using System.Diagnostics;
using Portal.Clusters;
using Portal.Labs.Shell;

namespace Portal.Labs.Grading;

/// <summary>Runs a command in a shell of the grader's own, never in the learner's.</summary>
internal static class GraderCommand
{
    /// <exception cref="IOException">bash could not be started.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(GraderShell shell, string command, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(shell.Directory);
        var kubeconfig = Path.Combine(shell.Directory, "kubeconfig");
        PrivateFile.Write(kubeconfig, shell.Kubeconfig);
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
