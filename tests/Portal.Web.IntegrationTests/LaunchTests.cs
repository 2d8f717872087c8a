using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Testing.Lessons;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>People who come from a learning platform, and what becomes of them here.</summary>
public sealed class LaunchTests : IAsyncLifetime
{
    private SimulatedPlatform _platform = null!;
    private LtiPortal _portal = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _platform.Links["link-1"] = ("Traffic", "course/lesson");
        _platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        _portal = new LtiPortal(_platform);
    }

    public async ValueTask DisposeAsync()
    {
        await _portal.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Launch_Learner_IsInTheClassAndInTheLesson()
    {
        using var ada = _portal.Visit();

        var launched = await ada.LaunchAsync("ada");

        Assert.Equal("/learn/course/lesson", Where(launched));
        Assert.Contains("Account: Ada Lovelace", await ada.Portal.GetStringAsync("/account"), StringComparison.Ordinal);
        Assert.Contains("Platform engineering", await ada.Portal.GetStringAsync("/account"), StringComparison.Ordinal);
        var made = Assert.Single(await ClassesAsync());
        Assert.Equal(("Platform engineering", "course", "lesson"), (made.Name, made.CourseId, made.LessonId));
        Assert.Single(made.Enrolments);
        Assert.Empty(made.Instructors);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(ada, $"/class/{made.Id}"));
    }

    [Fact]
    public async Task Launch_AgainInAnotherBrowser_IsTheSamePerson()
    {
        using var first = _portal.Visit();
        using var second = _portal.Visit();

        await first.LaunchAsync("ada");
        await second.LaunchAsync("ada");

        Assert.Single(await _portal.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None));
        Assert.Single(Assert.Single(await ClassesAsync()).Enrolments);
    }

    [Theory]
    [InlineData("#Instructor")]
    [InlineData("/Instructor#TeachingAssistant")]
    [InlineData("#Administrator")]
    public async Task Launch_WhoTeaches_TeachesThisClassAndNothingElse(string role)
    {
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", role);
        using var grace = _portal.Visit();

        Assert.Equal("/learn/course/lesson", Where(await grace.LaunchAsync("grace")));

        var made = Assert.Single(await ClassesAsync());
        Assert.Single(made.Instructors);
        Assert.Empty(made.Enrolments);
        await _portal.CreatePersonAsync("Alan", "alan", PortalRole.Instructor);
        var other = await _portal.MakeClassAsync("Tuesday", "alan");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(grace, $"/board/{made.Id}"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(grace, $"/class/{made.Id}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, $"/board/{other.Id}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, "/classes"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, "/people"));
        Assert.Contains($"/board/{made.Id}", await grace.Portal.GetStringAsync("/account"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator")]
    [InlineData("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor")]
    public async Task Launch_RoleElsewhereAtThePlatform_IsALearner(string role)
    {
        _platform.Alter = claims => claims["https://purl.imsglobal.org/spec/lti/claim/roles"] = new[] { role };
        using var ada = _portal.Visit();

        await ada.LaunchAsync("ada");

        Assert.Empty(Assert.Single(await ClassesAsync()).Instructors);
    }

    [Fact]
    public async Task Launch_InstructorNoMore_IsALearner()
    {
        using var grace = _portal.Visit();
        await grace.LaunchAsync("grace");
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Learner");

        await grace.LaunchAsync("grace");

        var made = Assert.Single(await ClassesAsync());
        Assert.Empty(made.Instructors);
        Assert.Single(made.Enrolments);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, $"/board/{made.Id}"));
    }

    [Fact]
    public async Task Launch_InstructorOfAnotherCourse_TeachesOnlyThere()
    {
        using var ada = _portal.Visit();
        await ada.LaunchAsync("ada");
        using var grace = _portal.Visit();
        _platform.Alter = claims =>
            claims["https://purl.imsglobal.org/spec/lti/claim/context"] = new { id = "course-8", title = "Other" };

        await grace.LaunchAsync("grace");

        var classes = await ClassesAsync();
        Assert.Equal(["Platform engineering", "Other"], classes.Select(c => c.Name));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(grace, $"/board/{classes[1].Id}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, $"/board/{classes[0].Id}"));
    }

    [Fact]
    public async Task Launch_EmailAndNameOfALocalAccount_IsSomebodyElse()
    {
        await _portal.CreatePersonAsync("Ada Lovelace", "ada@school.example", PortalRole.Administrator);
        using var ada = _portal.Visit();

        await ada.LaunchAsync("ada");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(ada, "/people"));
        var learners = _portal.Services.GetRequiredService<ILearners>();
        Assert.Equal(2, (await learners.ListAsync(CancellationToken.None)).Length);
    }

    [Theory]
    [InlineData("Ada Lovelace", "Ada Lovelace 2")]
    [InlineData("Ada Love\u200Blace", "Guest")]
    [InlineData("", "Guest")]
    public async Task Launch_NameThatIsTakenOrNone_StillLetsIn(string name, string expected)
    {
        _platform.People["eve"] = new("sub-eve", name, "#Learner");
        using var ada = _portal.Visit();
        using var eve = _portal.Visit();
        await ada.LaunchAsync("ada");

        Assert.Equal("/learn/course/lesson", Where(await eve.LaunchAsync("eve")));

        Assert.Contains($"Account: {expected}", await eve.Portal.GetStringAsync("/account"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ada King", "Ada King")]
    [InlineData("Grace Hopper", "Grace Hopper")]
    [InlineData("", "Ada Lovelace")]
    public async Task Launch_NameThatChangedAtThePlatform_IsTheNameHere(string name, string expected)
    {
        using var ada = _portal.Visit();
        await ada.LaunchAsync("ada");
        _platform.People["ada"] = new("sub-ada", name, "#Learner");

        Assert.Equal("/learn/course/lesson", Where(await ada.LaunchAsync("ada")));

        Assert.Contains($"Account: {expected}", await ada.Portal.GetStringAsync("/account"), StringComparison.Ordinal);
        var learners = await _portal.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None);
        Assert.Equal(expected, Assert.Single(learners).Name);
    }

    [Fact]
    public async Task Launch_LinksToSeveralLessons_LeadFromOneClassToTheOther()
    {
        _platform.Links["link-2"] = ("Other", "course/other");
        _portal.Catalog.Add(SampleLesson.Create() with { Id = "other", Title = "Faults" });
        using var grace = _portal.Visit();
        using var ada = _portal.Visit();
        await grace.LaunchAsync("grace");
        Assert.Equal("/learn/course/other", Where(await ada.LaunchAsync("ada", "link-2")));
        var classes = await ClassesAsync();

        Assert.Equal(2, classes.Count);
        Assert.All(classes, c => Assert.Equal((1, 1), (c.Enrolments.Count, c.Instructors.Count)));
        var page = await grace.Portal.GetStringAsync($"/class/{classes[0].Id}");
        Assert.Contains($"href=\"/class/{classes[1].Id}\"", page, StringComparison.Ordinal);
        Assert.Contains(">Faults</a>", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(grace, $"/board/{classes[1].Id}"));
    }

    [Fact]
    public async Task Launch_ClosedClass_LetsNobodyNewIn()
    {
        using var ada = _portal.Visit();
        using var eve = _portal.Visit();
        _platform.People["eve"] = new("sub-eve", "Eve", "#Learner");
        await ada.LaunchAsync("ada");
        var made = Assert.Single(await ClassesAsync());
        await _portal
            .Services.GetRequiredService<IClassLife>()
            .SetStateAsync(made.Id, ClassState.Closed, CancellationToken.None);

        Assert.Equal("/learn/course/lesson", Where(await ada.LaunchAsync("ada")));
        var refused = await eve.LaunchAsync("eve");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("lets nobody in any more", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(eve, "/account"));
    }

    [Fact]
    public async Task Launch_WholeClassAtOnce_IsOneClass()
    {
        var people = Enumerable.Range(0, 12).Select(i => $"p{i}").ToList();
        foreach (var person in people)
            _platform.People[person] = new("sub-" + person, "Person " + person, "#Learner");

        await Task.WhenAll(people.Concat(people).Select(async person =>
        {
            using var visitor = _portal.Visit();
            Assert.Equal("/learn/course/lesson", Where(await visitor.LaunchAsync(person)));
        }));

        Assert.Equal(12, Assert.Single(await ClassesAsync()).Enrolments.Count);
    }

    [Fact]
    public async Task Launch_MoreOftenThanTheLimit_IsRefusedForAWhile()
    {
        await using var portal = new LtiPortal(_platform, null, ("Portal:Limits:LaunchesPerMinute", "3"));
        using var ada = portal.Visit();
        await ada.LaunchAsync("ada");
        await ada.AskAsync("ada");

        var refused = await ada.SendAsync([]);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("60", refused.Headers.GetValues("Retry-After").Single());
    }

    private async Task<IReadOnlyList<SchoolClass>> ClassesAsync() =>
        await _portal.Services.GetRequiredService<IClasses>().ListAsync(CancellationToken.None);

    private static async Task<HttpStatusCode> StatusAsync(PlatformVisitor visitor, string path) =>
        (await visitor.Portal.GetAsync(path)).StatusCode;

    private static string? Where(HttpResponseMessage launched) => launched.Headers.Location?.ToString();
}
