using System.Diagnostics;
using System.Text.Json.Nodes;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>
/// What a neighbour notices of a cluster that spends everything at once: busy loops and log floods in eight pods
/// each, a thousand watches (of another process) that see every change, and a deployment that makes pods as fast as
/// it can; on a server as learners have it.
/// </summary>
internal static class Noisy
{
    private const int Pods = 8, Watches = 1000;

    public static async Task RunAsync(int seconds)
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions(), CancellationToken.None);
        using var quiet = Api.Client(server.GetOrCreate("quiet"), out var quietAddress);
        var kubeconfig = Path.GetTempFileName();
        await File.WriteAllTextAsync(kubeconfig, server.GetOrCreate("quiet").Kubeconfig);
        await MeasureAsync("alone", quiet, quietAddress, kubeconfig, seconds);

        using var noisy = Api.Client(server.GetOrCreate("noisy"), out var address);
        for (var i = 0; i < Pods; i++)
        {
            await PodAsync(noisy, address, $"busy-{i}", "while true; do :; done");
            await PodAsync(noisy, address, $"flood-{i}", "yes this is a line of the log that goes on and on");
        }
        using var watches = Process.Start(
            new ProcessStartInfo(
                "curl",
                [
                    "-sSkZ",
                    "--no-progress-meter",
                    "--parallel-max",
                    "300",
                    "-o",
                    "/dev/null",
                    "-H",
                    $"Authorization: Bearer {noisy.DefaultRequestHeaders.Authorization!.Parameter}",
                    $"{address}/api/v1/pods?watch=true&n=[1-{Watches}]",
                ]
            )
        )!;
        await MeasureAsync("beside busy loops, log floods and watches", quiet, quietAddress, kubeconfig, seconds);
        await Api.PostAsync(
            noisy,
            address + "/apis/apps/v1/namespaces/default/deployments",
            Api.Deployment("many", 100_000),
            CancellationToken.None
        );
        await MeasureAsync("and a deployment of 100 000 replicas", quiet, quietAddress, kubeconfig, seconds);
        watches.Kill();
        File.Delete(kubeconfig);
    }

    private static Task PodAsync(HttpClient client, string address, string name, string script) => Api.PostAsync(client, address + "/api/v1/namespaces/default/pods", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "busybox", ["command"] = new JsonArray("sh", "-c", script) }) },
    }.ToJsonString(), CancellationToken.None);

    private static async Task MeasureAsync(string when, HttpClient client, string address, string kubeconfig, int seconds)
    {
        var requests = await TimesAsync(seconds, async () => _ = await client.GetStringAsync(address + "/api/v1/namespaces/kube-system/configmaps"));
        var commands = await TimesAsync(seconds, async () =>
        {
            using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, "get", "pods", "-A"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await kubectl.WaitForExitAsync();
        });
        Console.WriteLine($"{when}: a request {requests}; kubectl get with its own start {commands}");
    }

    private static async Task<string> TimesAsync(int seconds, Func<Task> work)
    {
        var times = new List<double>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            var watch = Stopwatch.StartNew();
            await work();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        return $"p50 {times[times.Count / 2]:0.0} ms, p99 {times[times.Count * 99 / 100]:0.0} ms ({times.Count})";
    }
}
