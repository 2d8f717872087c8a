using System.Globalization;
using Portal.Testing;
using Portal.Web.Testing.Circuits;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>
/// The portal is killed (SIGKILL) at random moments while learners run steps, and started again on the same directory.
/// <c>PORTAL_TEST_CRASHES</c> says how often; the moments come from a seed, which a failure names.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private static readonly string[] s_names = ["Ada", "Bea", "Cleo"];

    private readonly TempDirectory _directory = new();
    private readonly int _rounds = int.Parse(
        Environment.GetEnvironmentVariable("PORTAL_TEST_CRASHES") ?? "40",
        CultureInfo.InvariantCulture
    );
    private readonly int _seed = Random.Shared.Next();
    private readonly HashSet<(string Name, int Step)> _seen = [];

    /// <summary>So many that there are new ones to the end.</summary>
    private int Steps => Math.Max(40, _rounds);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Kill_AtAnyMoment_NothingThatAPageShowedIsLost()
    {
        var random = new Random(_seed);
        for (var round = 0; round < _rounds; round++)
        {
            await using var portal = await StartAsync();
            var owner = await CircuitLearner.SignInAsync(portal);
            var moment = TimeSpan.FromMilliseconds(random.Next(2000));
            var learners = new List<CircuitLearner>();
            foreach (var name in s_names)
                learners.Add(await CircuitLearner.JoinAsync(portal.Address, owner, name));
            await Task.WhenAll(learners.Select(SeeAsync));

            var working = Task.WhenAll(learners.Select(l => WorkAsync(l, random.Next(Steps) + 1)));
            await Task.Delay(moment);
            await portal.KillAsync();
            await working;
            foreach (var learner in learners) await learner.DisposeAsync();
        }

        await using var last = await StartAsync();
        var again = await CircuitLearner.SignInAsync(last);
        foreach (var name in s_names)
        {
            await using var learner = await CircuitLearner.JoinAsync(last.Address, again, name);
            await SeeAsync(learner);
        }
        await last.EndAsync();
        Assert.True(_seen.Count > _rounds, $"Hardly anything was run: {_seen.Count} steps. Seed {_seed}.");
        // The runtime's own stay where a process is killed.
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(Path.Combine(_directory.Path, "data", "tmp")).Select(Path.GetFileName),
            n => !n!.StartsWith("clr-debug-pipe", StringComparison.Ordinal)
                && !n.StartsWith("dotnet-diagnostic", StringComparison.Ordinal)
        );
    }

    private Task<PortalProcess> StartAsync() =>
        PortalProcess.StartAsync(
            EchoLesson.Program,
            Directory.CreateDirectory(Path.Combine(_directory.Path, "data")).FullName,
            EchoLesson.Write(_directory, Steps)
        );

    /// <summary>Opens the page, on which everything has to be that was there before, and can go on.</summary>
    private async Task SeeAsync(CircuitLearner learner)
    {
        await learner.OpenAsync(EchoLesson.Path);
        await learner.WasCompletedAsync(1);
        foreach (var (_, step) in _seen.Where(s => s.Name == learner.Name).ToList())
            Assert.True(await learner.WasCompletedAsync(step), $"{learner.Name} lost step {step}. Seed {_seed}.");
    }

    /// <summary>Runs step after step until the portal is gone.</summary>
    private async Task WorkAsync(CircuitLearner learner, int first)
    {
        try
        {
            for (var step = first; ; step = (step % Steps) + 1)
            {
                await learner.RunAsync(step);
                lock (_seen) _seen.Add((learner.Name, step));
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            // Killed.
        }
    }
}
