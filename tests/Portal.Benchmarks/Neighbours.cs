using System.Diagnostics;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>How long one cluster's requests take while another cluster is under full load.</summary>
internal static class Neighbours
{
    public static async Task RunAsync(SandboxServer server, int seconds)
    {
        using var quiet = Api.Client(server.GetOrCreate("quiet"), out var quietAddress);
        Console.WriteLine($"alone: {await MeasureAsync(quiet, quietAddress, TimeSpan.FromSeconds(seconds))}");
        using var stop = new CancellationTokenSource();
        var loud = Enumerable.Range(0, 8).Select(_ => Task.Run(() => LoadAsync(server, stop.Token))).ToArray();
        Console.WriteLine($"beside a cluster with 8 clients that create and list without pause: {await MeasureAsync(quiet, quietAddress, TimeSpan.FromSeconds(seconds))}");
        await stop.CancelAsync();
        await Task.WhenAll(loud);
    }

    private static async Task<string> MeasureAsync(HttpClient client, string address, TimeSpan duration)
    {
        var times = new List<double>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration;)
        {
            var watch = Stopwatch.StartNew();
            _ = await client.GetStringAsync(address + "/api/v1/namespaces/kube-system/configmaps");
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        return $"p50 {times[times.Count / 2]:0.0} ms, p99 {times[times.Count * 99 / 100]:0.0} ms ({times.Count} requests)";
    }

    private static async Task LoadAsync(SandboxServer server, CancellationToken cancellationToken)
    {
        using var client = Api.Client(server.GetOrCreate("loud"), out var address);
        try
        {
            for (var i = 0; ; i++)
            {
                await Api.PostAsync(client, address + "/api/v1/namespaces/default/configmaps", Api.ConfigMap(Guid.NewGuid().ToString("N")), cancellationToken);
                if (i % 20 == 0) _ = await client.GetStringAsync(address + "/api/v1/namespaces/default/configmaps?limit=500", cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
