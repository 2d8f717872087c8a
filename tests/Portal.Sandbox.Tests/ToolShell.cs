using System.Diagnostics;
using Portal.Testing;

namespace Portal.Sandbox.Tests;

public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output of a command that must have succeeded.</summary>
    public string Text => ExitCode == 0 ? Output : throw new InvalidOperationException($"exit code {ExitCode}: {Output}{Error}");
}

/// <summary>Runs real programs (kubectl, istioctl launcher, curl) against one cluster, as a learner's shell does.</summary>
public sealed class ToolShell(SandboxCluster cluster, string toolsDirectory)
{
    private readonly string _home = System.IO.Directory.CreateTempSubdirectory("sandbox-test-").FullName;

    public string Home => _home;

    public string KubeconfigFile
    {
        get
        {
            var path = Path.Combine(_home, "kubeconfig");
            if (!File.Exists(path)) File.WriteAllText(path, cluster.Kubeconfig);
            return path;
        }
    }

    public async Task<ToolResult> RunAsync(string script)
    {
        using var process = Start(script);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().DefaultTimeout();
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a script that goes on; the caller kills it.</summary>
    public Process Start(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = toolsDirectory };
        start.Environment["KUBECONFIG"] = KubeconfigFile;
        start.Environment["HOME"] = _home;
        start.Environment["PATH"] = $"{toolsDirectory}:{Repository.PathOf("artifacts", "tools")}:{Environment.GetEnvironmentVariable("PATH")}";
        return Process.Start(start)!;
    }
}
