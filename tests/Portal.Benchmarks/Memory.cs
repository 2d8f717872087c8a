using System.Diagnostics;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>Memory and processor time of idle clusters with Istio and Bookinfo, by the runtime's and the operating system's accounting.</summary>
internal static class Memory
{
    public static async Task RunAsync(SandboxServer server, IReadOnlyList<int> steps)
    {
        var application = new Application(server);
        await application.InstallAsync("warm", CancellationToken.None);
        var (heap, resident) = Measure();
        var made = 0;
        foreach (var step in steps)
        {
            var watch = Stopwatch.StartNew();
            var before = made;
            for (; made < step; made++) await application.InstallAsync($"m{made}", CancellationToken.None);
            var each = watch.Elapsed.TotalMilliseconds / (made - before);
            await Pause.ForAsync(TimeSpan.FromSeconds(35), "a cluster is idle half a minute after its last change");
            var (heapNow, residentNow) = Measure();
            Console.WriteLine($"{made} clusters: {(heapNow - heap) / 1024 / made} KiB live heap each, {(residentNow - resident) / 1024 / made} KiB resident each; installed in {each:0} ms each; idle: {await IdleAsync()}");
        }
    }

    /// <summary>Live heap and resident set in bytes, after a full collection.</summary>
    public static (long Heap, long Resident) Measure()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        using var self = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64);
    }

    private static async Task<string> IdleAsync()
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        await Pause.ForAsync(TimeSpan.FromSeconds(10), "nobody does anything, and that is measured");
        self.Refresh();
        return $"{(self.TotalProcessorTime - before).TotalMilliseconds / 100:0.00} % of one core";
    }
}
