using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Portal.Testing;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What a learner does in a lesson arrives in the platform's grade book, sooner or later.</summary>
public sealed class ScoreTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);
    private DateTimeOffset _at = TimeProvider.System.GetUtcNow().AddHours(-1);
    private SimulatedPlatform _platform = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _platform.Links["link-1"] = ("Traffic", "course/lesson");
        _platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _platform.DisposeAsync();
        _directory.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task Progress_PartialAndComplete_ArrivesInOrder()
    {
        await using var portal = Start();
        using var ada = portal.Visit();
        await ada.LaunchAsync("ada");

        await CompleteAsync(portal, "step-1");
        var first = await ReceiveAsync();
        await CompleteAsync(portal, "exercise-1");
        var second = await ReceiveAsync();

        Assert.Equal(
            [("link-1", "sub-ada 1/2 InProgress"), ("link-1", "sub-ada 2/2 Completed")],
            [(first.LineItem, first.Progress), (second.LineItem, second.Progress)]
        );
        Assert.True(first.Timestamp < second.Timestamp);
        Assert.All(
            [first, second],
            s => Assert.Equal("FullyGraded", s.Score.GetProperty("gradingProgress").GetString())
        );
    }

    [Fact]
    public async Task Progress_BeforeTheLink_ArrivesWithTheLaunch()
    {
        await using var portal = Start();
        using var ada = portal.Visit();
        _platform.Alter = claims => claims.Remove("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint");
        await ada.LaunchAsync("ada");
        await CompleteAsync(portal, "step-1");
        _platform.Alter = null;
        _platform.Links["link-2"] = ("Again", "course/lesson");

        await ada.LaunchAsync("ada", "link-2");

        Assert.Equal("link-2", (await ReceiveAsync()).LineItem);
    }

    [Fact]
    public async Task Progress_PlatformHangsAndThePortalIsStartedAgain_LosesNothing()
    {
        _platform.Outage = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using (var portal = Start())
        {
            using var ada = portal.Visit();
            await ada.LaunchAsync("ada");
            await CompleteAsync(portal, "step-1");
            Assert.Equal("token", await _platform.Asked.Reader.ReadAsync(_limit.Token));
            // Whoever learns notices nothing.
            Assert.Equal(HttpStatusCode.OK, (await ada.Portal.GetAsync("/learn/course/lesson")).StatusCode);
            await CompleteAsync(portal, "exercise-1");
        }
        _platform.Outage = null;

        await using var again = Start();
        using var visitor = again.Visit();

        // What was counted before the portal ended may come first.
        var score = await ReceiveAsync();
        if (score.Progress == "sub-ada 1/2 InProgress")
            score = await ReceiveAsync();
        Assert.Equal("sub-ada 2/2 Completed", score.Progress);
    }

    [Fact]
    public async Task Progress_Refused_IsSaidToTheInstructorAndSentAtTheNextLaunch()
    {
        await using var portal = Start();
        using var grace = portal.Visit();
        using var ada = portal.Visit();
        await grace.LaunchAsync("grace");
        await ada.LaunchAsync("ada");
        var made = Assert.Single(await portal.Services.GetRequiredService<IClasses>().ListAsync(_limit.Token));
        var page = await grace.Portal.GetStringAsync($"/class/{made.Id}");
        Assert.Contains("All 1 are there", page, StringComparison.Ordinal);
        // More often than the test lasts, however busy the machine is.
        for (var i = 0; i < 10; i++)
            _platform.Scores.Enqueue(Answer(404));

        await CompleteAsync(portal, "step-1");
        await Eventually.True(async () =>
            (page = await grace.Portal.GetStringAsync($"/class/{made.Id}")).Contains("404", StringComparison.Ordinal)
        );
        Assert.Contains("1 of 1 wait to be sent", page, StringComparison.Ordinal);
        Assert.Contains("Ada Lovelace: 1 of 2", page, StringComparison.Ordinal);
        Assert.Contains("Test School has no such column in its grade book (404).", page, StringComparison.Ordinal);
        _platform.Scores.Clear();
        await ada.LaunchAsync("ada");

        Assert.Equal("sub-ada 1/2 InProgress", (await ReceiveAsync()).Progress);
    }

    [Theory]
    [InlineData("https://evil.example/lineitems/1")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://127.0.0.1:1/lineitems/1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/lineitems/1")]
    public async Task Launch_GradeBookElsewhere_LetsInAndSendsNothingThere(string lineItem)
    {
        await using var portal = Start();
        using var ada = portal.Visit();
        _platform.Alter = claims => claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = new
        {
            scope = new[] { "https://purl.imsglobal.org/spec/lti-ags/scope/score" },
            lineitem = lineItem,
        };

        var launched = await ada.LaunchAsync("ada");

        Assert.Equal("/learn/course/lesson", launched.Headers.Location?.ToString());
        Assert.Empty(await portal.Services.GetRequiredService<IPlatformScores>().ListKeysAsync(_limit.Token));
    }

    [Fact]
    public async Task Launch_NoLeaveToWriteScoresOrAnInstructor_SendsNothing()
    {
        await using var portal = Start();
        using var grace = portal.Visit();
        await grace.LaunchAsync("grace");
        using var ada = portal.Visit();
        _platform.Alter = claims => claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = new
        {
            scope = new[] { "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly" },
            lineitem = _platform.Address + "/lineitems/link-1",
        };
        await ada.LaunchAsync("ada");

        Assert.Empty(await portal.Services.GetRequiredService<IPlatformScores>().ListKeysAsync(_limit.Token));
    }

    [Fact]
    public async Task Key_PortalStartedAgain_IsTheSameAndItsOwnersOnly()
    {
        string first;
        await using (var portal = Start())
            first = await portal.CreateClient().GetStringAsync("/lti/jwks");
        await using var again = Start();

        Assert.Equal(first, await again.CreateClient().GetStringAsync("/lti/jwks"));
        Assert.DoesNotContain("\"d\"", first, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(_directory.Path, "keys", "lti.pem"))
            );
    }

    private static Microsoft.AspNetCore.Http.RequestDelegate Answer(int status) =>
        context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

    private LtiPortal Start() => new(_platform, _directory.Path);

    private async Task<PlatformScoreReceived> ReceiveAsync() => await _platform.Received.Reader.ReadAsync(_limit.Token);

    /// <summary>The one learner of the portal does this.</summary>
    private async Task CompleteAsync(LtiPortal portal, string section)
    {
        var learners = await portal.Services.GetRequiredService<ILearners>().ListAsync(_limit.Token);
        var ada = learners.Single(l => l.Name.StartsWith("Ada", StringComparison.Ordinal));
        _at = _at.AddMinutes(1);
        await portal
            .Services.GetRequiredService<IProgressService>()
            .RecordSectionAsync(
                new ProgressKey(ada.Id, "course", "lesson"),
                new SectionFact(section, section.Split('-')[0], SectionStatus.Completed, _at),
                _limit.Token
            );
    }
}
