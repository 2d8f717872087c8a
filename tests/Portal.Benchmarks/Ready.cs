using System.Diagnostics;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>From nothing to a cluster that answers, and to one with Istio and Bookinfo.</summary>
internal static class Ready
{
    public static async Task RunAsync(SandboxServer server)
    {
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            var cluster = server.GetOrCreate($"ready-{i}");
            var made = watch.Elapsed;
            using var client = Api.Client(cluster, out var address);
            _ = await client.GetStringAsync(address + "/api/v1/namespaces/default");
            Console.WriteLine($"cluster {i + 1}: made in {made.TotalMilliseconds:0.0} ms, first answer (with the client's own start) after {watch.Elapsed.TotalMilliseconds:0.0} ms");
        }
        var application = new Application(server);
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            await application.InstallAsync($"app-{i}", CancellationToken.None);
            Console.WriteLine($"Istio and Bookinfo {i + 1}, no start-up delays: {watch.Elapsed.TotalMilliseconds:0} ms");
        }
    }
}
