using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Testing;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>A platform that names no column: the portal finds it in the grade book, or makes it, once.</summary>
public sealed class ScoreColumnTests : IAsyncLifetime
{
    private const string Endpoint = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";

    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);
    private DateTimeOffset _at = TimeProvider.System.GetUtcNow().AddHours(-1);
    private SimulatedPlatform _platform = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _platform.Links["link-1"] = ("Traffic", "course/lesson");
        _platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        _platform.People["eve"] = new("sub-eve", "Eve", "#Learner");
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        _platform.Alter = _platform.NameNoColumn;
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _platform.DisposeAsync();
        _directory.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task Progress_NoColumn_MakesOneForAll()
    {
        await using var portal = Start();
        await LaunchAsync(portal, "ada", "eve");

        await CompleteAsync(portal, "Ada", "step-1");
        var first = await ReceiveAsync();
        await CompleteAsync(portal, "Eve", "step-1");
        var second = await ReceiveAsync();

        var (id, column) = Assert.Single(_platform.Columns);
        Assert.Equal(new PlatformColumn("Traffic", "link-1", "course/lesson", 2), column);
        Assert.Equal(
            [(id, "sub-ada 1/2 InProgress"), (id, "sub-eve 1/2 InProgress")],
            [(first.LineItem, first.Progress), (second.LineItem, second.Progress)]
        );
        // Once for the class: neither Eve's score nor her launch looked again.
        Assert.Equal(["token", "list", "make", "token", "score", "score"], Asked());
    }

    [Fact]
    public async Task Progress_PortalStartedAgainAndLaunchedAgain_KeepsTheColumn()
    {
        await using (var portal = Start())
        {
            await LaunchAsync(portal, "ada");
            await CompleteAsync(portal, "Ada", "step-1");
            await ReceiveAsync();
        }
        await using var again = Start();
        await LaunchAsync(again, "ada");
        await CompleteAsync(again, "Ada", "exercise-1");

        Assert.Equal("sub-ada 2/2 Completed", (await ReceiveAsync()).Progress);
        Assert.Single(_platform.Columns);
        Assert.Single(Asked(), "make");
    }

    [Theory]
    [InlineData("course/lesson", true)]
    [InlineData(null, true)]
    [InlineData("course/other", false)]
    public async Task Progress_ColumnOfTheLink_IsUsedUnlessItIsOfAnotherLesson(string? resource, bool used)
    {
        _platform.Columns["column-0"] = new("Somebody else's", "link-0", "course/lesson", 10);
        _platform.Columns["column-1"] = new("Traffic", "link-1", resource, 100);
        _platform.ListsAll = true;
        await using var portal = Start();
        await LaunchAsync(portal, "ada");

        await CompleteAsync(portal, "Ada", "step-1");

        Assert.Equal(used, (await ReceiveAsync()).LineItem == "column-1");
        Assert.Equal(used ? 2 : 3, _platform.Columns.Count);
    }

    [Fact]
    public async Task Progress_AnswerThatGotLost_MakesNoSecondColumn()
    {
        _platform.ColumnRequests.Enqueue(null);
        _platform.ColumnRequests.Enqueue(context =>
        {
            // It was made, and the platform went away before it said so.
            _platform.Columns["column-9"] = new("Traffic", "link-1", "course/lesson", 2);
            context.Abort();
            return Task.CompletedTask;
        });
        await using var portal = Start();
        await LaunchAsync(portal, "ada");
        await CompleteAsync(portal, "Ada", "step-1");
        await ProblemAsync(portal, "Test School does not answer.");

        await LaunchAsync(portal, "ada");
        await CompleteAsync(portal, "Ada", "exercise-1");

        Assert.Equal("column-9", (await ReceiveAsync()).LineItem);
        Assert.Equal("column-9", Assert.Single(_platform.Columns).Key);
    }

    [Fact]
    public async Task Progress_ColumnThatWasDeleted_IsMadeAgainAndHearsOfEverybody()
    {
        await using var portal = Start();
        await LaunchAsync(portal, "ada", "eve");
        await CompleteAsync(portal, "Eve", "step-1");
        var old = (await ReceiveAsync()).LineItem;
        _platform.Columns.Clear();

        await CompleteAsync(portal, "Ada", "step-1");
        await ProblemAsync(portal, "Test School has no such column in its grade book (404).");
        await LaunchAsync(portal, "ada", "eve");
        PlatformScoreReceived[] received = [await ReceiveAsync(), await ReceiveAsync()];

        var made = Assert.Single(_platform.Columns).Key;
        Assert.NotEqual(old, made);
        Assert.All(received, r => Assert.Equal(made, r.LineItem));
        Assert.Equal(
            ["sub-ada 1/2 InProgress", "sub-eve 1/2 InProgress"],
            received.Select(r => r.Progress).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("list 403", "Test School does not show its columns for the portal (403). Its settings")]
    [InlineData("list 500", "Test School does not show its columns (500).")]
    [InlineData("list 302", "Test School leads elsewhere when the portal asks it to show its columns (302).")]
    [InlineData("list 200", "Test School answers nonsense when the portal asks for the column of this link.")]
    [InlineData("make 403", "Test School does not make a column for the portal (403). Its settings")]
    [InlineData("make 400", "Test School does not make a column (400).")]
    [InlineData("make 200", "Test School answers nonsense when the portal asks for the column of this link.")]
    [InlineData("make evil", "The grade book of Test School is at https://evil.example/1, which is not among")]
    [InlineData("scope", "Test School gives the portal no leave to make columns in the grade book (401).")]
    public async Task Progress_NoColumnToBeHad_IsSaidToTheInstructor(string how, string problem)
    {
        if (how == "scope")
            _platform.Scopes.Remove(SimulatedPlatform.Scope + "lineitem");
        if (how.StartsWith("make", StringComparison.Ordinal))
            _platform.ColumnRequests.Enqueue(null);
        _platform.ColumnRequests.Enqueue(context =>
        {
            if (how == "make evil")
                return context.Response.WriteAsJsonAsync(new { id = "https://evil.example/1" });
            context.Response.StatusCode = int.Parse(how[5..], System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Headers.Location = "/columns?course=7";
            return Task.CompletedTask;
        });
        await using var portal = Start();
        await LaunchAsync(portal, "ada");

        await CompleteAsync(portal, "Ada", "step-1");

        await ProblemAsync(portal, problem);
        Assert.DoesNotContain("score", Asked());
    }

    [Theory]
    [InlineData("score", "does not let the portal make one")]
    [InlineData("lineitem", "Test School takes no scores from the portal.")]
    [InlineData("score lineitem", "which is not among its hosts")]
    [InlineData("", "Test School takes no scores from the portal.")]
    public async Task Launch_NoLeave_IsSaidWhereTheScoresAreUntilThereIs(string scopes, string problem)
    {
        _platform.Alter = claims => claims[Endpoint] = new
        {
            scope = scopes.Split(' ').Select(s => SimulatedPlatform.Scope + s),
            lineitems = (scopes == "score lineitem" ? "https://evil.example" : _platform.Address) + "/columns",
        };
        await using var portal = Start();
        await LaunchAsync(portal, "ada");
        await CompleteAsync(portal, "Ada", "step-1");

        Assert.Contains(problem, await PageAsync(portal), StringComparison.Ordinal);
        Assert.Empty(Asked());
        _platform.Alter = _platform.NameNoColumn;
        await LaunchAsync(portal, "ada");

        // Nothing of what was done before is lost.
        Assert.Equal("sub-ada 1/2 InProgress", (await ReceiveAsync()).Progress);
        Assert.DoesNotContain(problem, await PageAsync(portal), StringComparison.Ordinal);
    }

    private LtiPortal Start() => new(_platform, _directory.Path);

    private static async Task LaunchAsync(LtiPortal portal, params string[] people)
    {
        foreach (var person in people)
        {
            using var visitor = portal.Visit();
            Assert.Equal("/learn/course/lesson", (await visitor.LaunchAsync(person)).Headers.Location?.ToString());
        }
    }

    /// <summary>The class's page as its instructor sees it.</summary>
    private async Task<string> PageAsync(LtiPortal portal)
    {
        using var grace = portal.Visit();
        await grace.LaunchAsync("grace");
        var made = Assert.Single(await portal.Services.GetRequiredService<IClasses>().ListAsync(_limit.Token));
        return await grace.Portal.GetStringAsync($"/class/{made.Id}");
    }

    private Task ProblemAsync(LtiPortal portal, string problem) =>
        Eventually.True(async () => (await PageAsync(portal)).Contains(problem, StringComparison.Ordinal));

    private async Task<PlatformScoreReceived> ReceiveAsync() => await _platform.Received.Reader.ReadAsync(_limit.Token);

    private List<string> Asked()
    {
        var asked = new List<string>();
        while (_platform.Asked.Reader.TryRead(out var next))
            asked.Add(next);
        return asked;
    }

    private async Task CompleteAsync(LtiPortal portal, string name, string section)
    {
        var learners = await portal.Services.GetRequiredService<ILearners>().ListAsync(_limit.Token);
        var learner = learners.Single(l => l.Name.StartsWith(name, StringComparison.Ordinal));
        _at = _at.AddMinutes(1);
        await portal
            .Services.GetRequiredService<IProgressService>()
            .RecordSectionAsync(
                new ProgressKey(learner.Id, "course", "lesson"),
                new SectionFact(section, section.Split('-')[0], SectionStatus.Completed, _at),
                _limit.Token
            );
    }
}
