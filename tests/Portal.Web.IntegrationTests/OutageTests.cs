using System.Net;
using Portal.Testing;
using Portal.Web.Testing.Circuits;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What learners see and keep while what the portal stands on is gone: its database, its disk.</summary>
public sealed class OutageTests : IDisposable
{
    private const string SavingIsLate = "Saving is late";

    private readonly TempDirectory _directory = new();
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Database_StoppedAndStartedAgain_PagesSaySoAndNothingIsLost()
    {
        await using var postgres = await OwnPostgres.CreateAsync();
        await using (var portal = await StartAsync(postgres))
        {
            var owner = await CircuitLearner.SignInAsync(portal);
            await using var learner = await JoinAsync(portal, owner);
            await learner.RunAsync(1);

            await postgres.StopAsync();
            await learner.RunAsync(2);
            await learner.SeeAsync(2, saved: false);
            await learner.SeeAsync(SavingIsLate);
            Assert.Equal((503, "does not answer"), await ReadyAsync(portal, "database"));
            Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync(new Uri(portal.Address, "/healthz"))).StatusCode);

            await postgres.StartAsync();
            await learner.SeeAsync(2, saved: true);
            await learner.SeeAsync(1, saved: true);
            Assert.Equal((200, "ok"), await ReadyAsync(portal, "database"));

            // And once more, with an end in the middle of it.
            await postgres.StopAsync();
            await learner.RunAsync(3);
            await learner.SeeAsync(3, saved: false);
            await portal.KillAsync();
        }

        await postgres.StartAsync();
        await using var next = await StartAsync(postgres);
        await using var again = await JoinAsync(next, await CircuitLearner.SignInAsync(next));
        foreach (var step in (int[])[1, 2, 3]) await again.SeeAsync(step, saved: true);
    }

    [Fact]
    public async Task Disk_FullWhileALearnerRuns_IsSaidAndWhatTheyRanIsRecordedAfterwards()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "Only root mounts a small disk."
        );
        var data = Directory.CreateDirectory(Path.Combine(_directory.Path, "data")).FullName;
        await using var portal = await PortalProcess.StartOnDiskAsync(
            64,
            EchoLesson.Program,
            data,
            EchoLesson.Write(_directory, steps: 3),
            "--Portal:Data:MinimumFreeMebibytes=1"
        );
        var owner = await CircuitLearner.SignInAsync(portal);
        await using var learner = await JoinAsync(portal, owner);
        await learner.RunAsync(1);
        Assert.Equal((200, "ok"), await ReadyAsync(portal, "disk"));

        var filler = portal.Inside(Path.Combine(data, "filler"));
        Fill(filler);
        Assert.Equal(
            (503, "0 MiB free, less than Portal:Data:MinimumFreeMebibytes (1)"),
            await ReadyAsync(portal, "disk")
        );
        await learner.RunAsync(2);
        await learner.SeeAsync(2, saved: false);
        await learner.SeeAsync(SavingIsLate);
        // Whoever loads the page again finds the same.
        await learner.OpenAsync(EchoLesson.Path);
        await learner.SeeAsync(1, saved: true);
        await learner.SeeAsync(2, saved: false);

        File.Delete(filler);
        await learner.SeeAsync(2, saved: true);
        await learner.RunAsync(3);
        await learner.SeeAsync(3, saved: true);
        await using var other = await JoinAsync(portal, owner);
        foreach (var step in (int[])[1, 2, 3]) await other.SeeAsync(step, saved: true);
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            var block = new byte[4096];
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private Task<PortalProcess> StartAsync(OwnPostgres postgres) =>
        PortalProcess.StartAsync(
            EchoLesson.Program,
            Directory.CreateDirectory(Path.Combine(_directory.Path, "data")).FullName,
            EchoLesson.Write(_directory, steps: 3),
            $"--Portal:Data:ConnectionString={postgres.ConnectionString}"
        );

    private static async Task<CircuitLearner> JoinAsync(PortalProcess portal, CookieCollection owner)
    {
        var learner = await CircuitLearner.JoinAsync(portal.Address, owner, "Ada");
        await learner.OpenAsync(EchoLesson.Path);
        return learner;
    }

    /// <summary>What <c>/readyz</c> says of a part.</summary>
    private async Task<(int Status, string Words)> ReadyAsync(PortalProcess portal, string part)
    {
        using var response = await _client.GetAsync(new Uri(portal.Address, "/readyz"));
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        var line = lines.First(l => l.StartsWith(part + ": ", StringComparison.Ordinal));
        return ((int)response.StatusCode, line[(part.Length + 2)..]);
    }
}
