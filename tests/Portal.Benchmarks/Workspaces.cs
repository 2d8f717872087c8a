using System.Diagnostics;

namespace Portal.Benchmarks;

/// <summary>From opening a lesson to the first prompt, cluster included, while others have it open already.</summary>
internal static class Workspaces
{
    private const int Measured = 40;

    public static async Task RunAsync(int others)
    {
        foreach (var isolation in new[] { "process", "bubblewrap" })
        {
            await using var lab = new Lab(isolation);
            for (var i = 0; i < others; i++) await lab.OpenAsync($"there-{i}");
            var times = new List<double>();
            for (var i = 0; i < Measured; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await lab.OpenAsync($"new-{i}");
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            times.Sort();
            Console.WriteLine(
                $"workspace ({isolation}), {others} there: p50 {times[times.Count / 2]:0} ms, p95 {times[times.Count * 95 / 100]:0} ms"
            );
        }
    }
}
