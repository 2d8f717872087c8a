using System.Diagnostics;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>What clusters and sessions cost that sleep on disk, and how long sleeping and waking take.</summary>
internal static class Sleep
{
    public static async Task RunAsync(SandboxServer server, int count)
    {
        await ClustersAsync(server, count);
        await SessionsAsync(count);
    }

    /// <summary>With Istio and Bookinfo.</summary>
    private static async Task ClustersAsync(SandboxServer server, int count)
    {
        var directory = Directory.CreateTempSubdirectory("portal-sleep-");
        var application = new Application(server);
        await application.InstallAsync("warm", CancellationToken.None);
        var (empty, emptyResident) = Memory.Measure();
        for (var i = 0; i < count; i++) await application.InstallAsync($"s{i}", CancellationToken.None);
        var (awake, awakeResident) = Memory.Measure();
        string FileOf(int i) => Path.Combine(directory.FullName, $"{i}.cluster");
        var (asleep, sleeping) = (0, new List<double>());
        for (var i = 0; i < count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            if (await server.TryHibernateAsync($"s{i}", FileOf(i), always: false)) asleep++;
            sleeping.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        var (rest, restResident) = Memory.Measure();
        var size = directory.EnumerateFiles().Sum(f => f.Length) / count;
        var waking = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await server.WakeAsync($"s{i}", FileOf(i), CancellationToken.None);
            waking.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        var (again, _) = Memory.Measure();
        Console.WriteLine(
            $"{asleep} of {count} clusters asleep: each {Kibibytes(awake - empty)} heap, "
                + $"{Kibibytes(awakeResident - emptyResident)} resident before; {Kibibytes(rest - empty)} heap, "
                + $"{Kibibytes(restResident - emptyResident)} resident asleep; {Kibibytes(again - empty)} heap woken; "
                + $"{size / 1024} KiB on disk; to sleep {Describe(sleeping)}, to wake {Describe(waking)}"
        );
        directory.Delete(recursive: true);

        string Kibibytes(long bytes) => $"{bytes / 1024 / count} KiB";
    }

    /// <summary>Sessions with their shells and empty clusters: the portal's own memory.</summary>
    private static async Task SessionsAsync(int count)
    {
        await using var lab = new Lab("auto");
        await lab.OpenAsync("first");
        var (empty, _) = Memory.Measure();
        for (var i = 0; i < count; i++) await lab.OpenAsync($"s{i}");
        var (open, _) = Memory.Measure();
        var machine = lab.Machine.Read();
        for (var i = 0; i < count; i++) await lab.CloseAsync($"s{i}");
        var (closed, _) = Memory.Measure();
        var waking = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await lab.OpenAsync($"s{i}");
            waking.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        Console.WriteLine(
            $"{count} sessions: each {(open - empty) / 1024 / count} KiB heap and "
                + $"{machine.ProgramMemory / 1024 / (count + 1)} KiB of its shell while open; "
                + $"{(closed - empty) / 1024 / count} KiB heap asleep; to the prompt again {Describe(waking)}"
        );
        // A class that comes in the same second.
        await using var cold = new Lab("auto");
        await cold.OpenAsync("first");
        var at = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(async i =>
                {
                    await cold.OpenAsync($"c{i}");
                    return Stopwatch.GetElapsedTime(at).TotalMilliseconds;
                })
        );
        Console.WriteLine($"{count} sessions begun in the same second: to the prompt {Describe([.. times])}");
    }

    private static string Describe(List<double> times)
    {
        times.Sort();
        return $"p50 {times[times.Count / 2]:0} ms, p95 {times[times.Count * 95 / 100]:0} ms";
    }
}
