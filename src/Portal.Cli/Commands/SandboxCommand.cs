using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Portal.Clusters;
using Portal.Sandbox;

namespace Portal.Cli.Commands;

/// <summary><c>portal sandbox up</c>: simulated clusters without the portal, for kubectl, tests and comparisons.</summary>
internal static class SandboxCommand
{
    public static Command Create()
    {
        var kubeconfig = new Option<FileInfo>("--kubeconfig") { Description = "File to write; with several clusters FILE.1 … FILE.N.", DefaultValueFactory = _ => new FileInfo("sandbox.kubeconfig") };
        var clusters = new Option<int>("--clusters") { Description = "How many clusters to serve.", DefaultValueFactory = _ => 1 };
        var tools = new Option<DirectoryInfo?>("--tools") { Description = "Directory for the istioctl launcher." };
        var istio = new Option<bool>("--istio") { Description = "Install Istio's demo profile." };
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 takes a free one." };
        var noKubelet = new Option<bool>("--no-kubelet") { Description = "Pods are stored but never started." };
        var up = new Command("up", "Start simulated clusters and serve them until interrupted.") { kubeconfig, clusters, tools, istio, port, noKubelet };
        up.SetAction((result, cancellationToken) => UpAsync(
            new(result.GetValue(kubeconfig)!, result.GetValue(clusters), result.GetValue(tools), result.GetValue(istio), result.GetValue(port), result.GetValue(noKubelet)), cancellationToken));
        return new Command("sandbox", "Simulated Kubernetes clusters.") { up };
    }

    private sealed record UpOptions(FileInfo Kubeconfig, int Clusters, DirectoryInfo? Tools, bool Istio, int Port, bool NoKubelet);

    private static async Task<int> UpAsync(UpOptions options, CancellationToken cancellationToken)
    {
        if (options.Clusters is < 1 or > 10_000)
        {
            await Console.Error.WriteLineAsync("--clusters takes a number from 1 to 10000.").ConfigureAwait(false);
            return 2;
        }
        using var logging = LoggerFactory.Create(b => b.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
        var watch = Stopwatch.StartNew();
        SandboxServer server;
        try
        {
            server = await SandboxServer.StartAsync(new SandboxOptions { Port = options.Port, RunPods = !options.NoKubelet, LoggerFactory = logging }, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"Port {options.Port} cannot be used: {e.Message} Choose another with --port.").ConfigureAwait(false);
            return 1;
        }
        await using (server.ConfigureAwait(false))
        {
            for (var i = 1; i <= options.Clusters; i++)
            {
                var cluster = server.GetOrCreate($"c{i}");
                if (options.Istio) await cluster.InstallIstioAsync("demo", cancellationToken).ConfigureAwait(false);
                var file = options.Clusters == 1 ? options.Kubeconfig.FullName : $"{options.Kubeconfig.FullName}.{i}";
                PrivateFile.Write(file, cluster.Kubeconfig);
            }
            if (options.Tools is { } directory) SandboxTools.WriteLaunchers(directory.FullName);
            Console.WriteLine($"ready in {watch.ElapsedMilliseconds} ms");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Interrupted: the clusters go.
            }
        }
        return 0;
    }
}
