using Portal.Web.Testing.Circuits;

namespace Portal.Benchmarks;

/// <summary>
/// A class that has gone to lunch: learners with lesson 20 open, who did its first step and then nothing. What that
/// costs in memory, and of the processor over a minute.
/// </summary>
internal static class IdleLoad
{
    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(int learners)
    {
        var directory = Directory.CreateTempSubdirectory("portal-idle-").FullName;
        await using var portal = await PortalProcess.StartAsync(ClassLoad.Program(), directory);
        var owner = await CircuitLearner.SignInAsync(portal);
        var empty = portal.Mebibytes;
        var all = new List<CircuitLearner>();
        for (var i = 1; i <= learners; i++)
            all.Add(await CircuitLearner.JoinAsync(portal.Address, owner, $"Learner {i:000}"));
        await Task.WhenAll(all.Select(l => l.OpenAsync()));
        var open = portal.Mebibytes;
        await Task.WhenAll(all.Select(async (learner, index) =>
        {
            await Pause.ForAsync(s_beginning * index / learners, "learners begin one after the other");
            await learner.RunAsync(step: 1);
        }));
        Console.WriteLine(
            $"{learners} learners did step 1: {portal.Mebibytes:0} MiB ({open:0} with the pages open, {empty:0} before)"
        );

        await Pause.ForAsync(s_settle, "hot methods are compiled once more, and what the step began ends");
        var (processor, batches) = (portal.ProcessorSeconds, all.Sum(l => l.Page.Batches));
        await Pause.ForAsync(s_idle, "nobody does anything, and that is measured");
        Console.WriteLine(
            $"idle: {(portal.ProcessorSeconds - processor) / s_idle.TotalSeconds:0.0%} of a core over "
                + $"{s_idle.TotalSeconds:0} s, {portal.Mebibytes:0} MiB, {(portal.Mebibytes - empty) / learners:0.0} "
                + $"a learner; {(all.Sum(l => l.Page.Batches) - batches) / (double)learners:0.0} batches a page"
        );
        await Task.WhenAll(all.Select(l => l.DisposeAsync().AsTask()));
        await portal.EndAsync();
        Directory.Delete(directory, recursive: true);
    }
}
