using System.Diagnostics;
using Portal.Web.Testing.Circuits;

namespace Portal.Benchmarks;

/// <summary>
/// A class at work: learners with pages of their own run steps 1 to 6 of lesson 20, thinking for two seconds after
/// each; they begin within a minute of each other, and an instructor has the board open. Then their pages stay open and
/// nothing happens.
/// </summary>
internal static class ClassLoad
{
    private const int Steps = 6;
    private static readonly TimeSpan s_think = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(45);

    public static async Task RunAsync(int learners)
    {
        var directory = Directory.CreateTempSubdirectory("portal-load-").FullName;
        await using var portal = await PortalProcess.StartAsync(Program(), directory);
        var owner = await CircuitLearner.SignInAsync(portal);
        var empty = portal.Mebibytes;
        var all = new List<CircuitLearner>();
        for (var i = 1; i <= learners; i++)
            all.Add(await CircuitLearner.JoinAsync(portal.Address, owner, $"Learner {i:000}"));

        var clock = Stopwatch.StartNew();
        var processor = portal.ProcessorSeconds;
        await Task.WhenAll(all.Select(l => l.OpenAsync()));
        Console.WriteLine(
            $"{learners} pages open after {clock.Elapsed.TotalSeconds:0.0} s, {portal.Mebibytes:0} MiB ({empty:0} before)"
        );

        var board = await BoardWatch.OpenAsync(portal.Address, owner);
        var perStep = new double[Steps + 1];
        var failures = 0;
        await Task.WhenAll(all.Select(async (learner, index) =>
        {
            try
            {
                await Pause.ForAsync(s_beginning * index / learners, "learners begin one after the other");
                for (var step = 1; step <= Steps; step++)
                {
                    await learner.RunAsync(step);
                    lock (perStep) perStep[step] = Math.Max(perStep[step], clock.Elapsed.TotalSeconds);
                    await Pause.ForAsync(s_think, "a learner reads and thinks");
                }
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                Interlocked.Increment(ref failures);
                Console.WriteLine(e.Message);
            }
        }));
        var used = portal.ProcessorSeconds - processor;
        var outputs = all.SelectMany(l => l.FirstOutputs).Order().ToList();
        Console.WriteLine(
            $"steps 1 to {Steps}: {failures} failed, {clock.Elapsed.TotalSeconds:0} s, the last learner's ends at "
                + string.Join(" ", perStep.Skip(1).Select(s => $"{s:0}"))
        );
        Console.WriteLine(
            $"first output p50 {At(outputs, 50):0} ms, p95 {At(outputs, 95):0} ms; "
                + $"{used / learners:0.0} s of processor a learner; {portal.Mebibytes:0} MiB, "
                + $"{(portal.Mebibytes - empty) / learners:0.0} a learner; "
                + $"{all.Average(l => l.Page.Received) / 1024:0} KiB and {all.Average(l => l.Page.Batches):0} batches a page"
        );

        var delays = await board.DelaysAsync(all, Steps);
        Console.WriteLine(
            $"end of a step to an instructor's board p50 {At(delays, 50):0} ms, p95 {At(delays, 95):0} ms "
                + $"({delays.Count} steps, {board.Batches} batches)"
        );
        await board.DisposeAsync();
        for (var step = 1; step <= Steps; step++)
        {
            var of = all.Select(l => l.FirstOutputs.ElementAtOrDefault(step - 1)).Order().ToList();
            Console.WriteLine($"step {step}: first output p50 {At(of, 50):0} ms, p95 {At(of, 95):0} ms");
        }
        await Pause.ForAsync(s_settle, "hot methods are compiled once more, and what the steps began ends");
        var idle = portal.ProcessorSeconds;
        await Pause.ForAsync(s_idle, "nobody does anything, and that is measured");
        Console.WriteLine(
            $"idle: {(portal.ProcessorSeconds - idle) / s_idle.TotalSeconds:0.0%} of a core, {portal.Mebibytes:0} MiB"
        );
        await Task.WhenAll(all.Select(l => l.DisposeAsync().AsTask()));
        await portal.EndAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>
    /// As it is published (dotnet publish -c Release -r linux-x64 src/Portal.Web), else as it was built with this.
    /// </summary>
    internal static string Program()
    {
        string[] programs =
        [
            "../../../publish/Portal.Web/release_linux-x64",
            "../../../publish/Portal.Web/release",
            "../../Portal.Web/release",
        ];
        var program = programs
            .Select(p => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, p, "Portal.Web.dll")))
            .First(File.Exists);
        Console.WriteLine(program);
        return program;
    }

    private static double At(List<double> sorted, int percent) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count * percent / 100, sorted.Count - 1)];
}
