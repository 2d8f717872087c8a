using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Identity.Accounts;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What an administrator, and everybody for themselves, does with accounts.</summary>
public sealed class PeoplePageTests(ClassFactory factory) : IClassFixture<ClassFactory>
{
    [Fact]
    public async Task SignOutEverywhere_TwoBrowsers_EndsBothAtOnce()
    {
        await factory.CreatePersonAsync("Dora", "dora", PortalRole.Learner);
        using var first = factory.CreateClient();
        using var second = factory.CreateClient();
        await ClassApplication.SignInAsync(first, "dora");
        await ClassApplication.SignInAsync(second, "dora");
        Assert.Equal("/account", (await second.GetAsync("/account")).RequestMessage!.RequestUri!.AbsolutePath);

        await first.SubmitAsync("/account", "end-sessions");

        Assert.Equal("/sign-in", (await first.GetAsync("/account")).RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("/sign-in", (await second.GetAsync("/account")).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task PasswordLink_OfTheAdministrator_WorksOnce()
    {
        using var administrator = await factory.SetUpAsync();
        var page = await (
            await administrator.SubmitAsync(
                "/people",
                "add-person",
                ("Input.Name", "Grace"),
                ("Input.UserName", "hopper"),
                ("Input.Role", "Instructor")
            )
        ).Content.ReadAsStringAsync();
        var link = WebUtility.HtmlDecode(page.Split("id=\"made-link\"")[1].Split("value=\"")[1].Split('"')[0]);
        var path = new Uri(link).PathAndQuery;
        using var grace = factory.CreateClient();

        await grace.SubmitAsync(path, "password", ("Input.Password", "a password of my own"));
        Assert.Equal(HttpStatusCode.OK, (await grace.GetAsync("/classes")).StatusCode);

        using var thief = factory.CreateClient();
        await thief.SubmitAsync(path, "password", ("Input.Password", "a password of a thief"));
        Assert.Equal("/sign-in", (await thief.GetAsync("/classes")).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task SetRole_LastAdministrator_IsRefused()
    {
        using var administrator = await factory.SetUpAsync();
        var id = await factory.IdOfAsync("root");

        var response = await administrator.SubmitAsync("/people/" + id, "role", ("Role", "Learner"));

        Assert.Contains(
            "This is the last administrator",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task SetRole_OfAnInstructor_HoldsAtTheNextRequest()
    {
        using var administrator = await factory.SetUpAsync();
        using var instructor = await factory.AddPersonAsync("Former", "former", PortalRole.Instructor);
        Assert.Equal(HttpStatusCode.OK, (await instructor.GetAsync("/classes")).StatusCode);

        await administrator.SubmitAsync(await PageOfAsync("former"), "role", ("Role", "Learner"));

        Assert.Equal(HttpStatusCode.Forbidden, (await instructor.GetAsync("/classes")).StatusCode);
    }

    [Fact]
    public async Task Remove_Learner_EndsTheirSessionsAndLeavesNothing()
    {
        using var administrator = await factory.SetUpAsync();
        await factory.CreatePersonAsync("Teacher", "remove.teacher", PortalRole.Instructor);
        var made = await factory.MakeClassAsync("Remove", "remove.teacher");
        using var learner = await factory.JoinAsync(made.JoinCode, "Ada", "remove.ada");
        var (id, page) = (await factory.IdOfAsync("remove.ada"), await PageOfAsync("remove.ada"));

        var unsure = await administrator.SubmitAsync(page, "remove");
        Assert.Contains("Say that you are sure", await unsure.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await factory.ExistsAsync("remove.ada"));
        var response = await administrator.SubmitAsync(page, "remove", ("Sure", "true"));

        Assert.Equal("/people", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.False(await factory.ExistsAsync("remove.ada"));
        Assert.True(await IsSignedOutAsync(learner));
        using var again = factory.CreateClient();
        await ClassApplication.SignInAsync(again, "remove.ada");
        Assert.True(await IsSignedOutAsync(again));
        Assert.Contains(new LessonSessionKey(id, "course", "lesson"), Sessions.Deleted);
        Assert.Empty((await Classes.FindAsync(made.Id, CancellationToken.None))!.Enrolments);
        Assert.Equal(HttpStatusCode.NotFound, (await administrator.GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task Remove_ClusterThatCannotBeDeleted_SaysSoAndLetsNobodyIn()
    {
        using var administrator = await factory.SetUpAsync();
        using var person = await factory.AddPersonAsync("Half", "half", PortalRole.Learner);
        var page = await PageOfAsync("half");
        Sessions.DeleteFailure = new ClusterUnavailableException("Docker is away.", "Start it.");

        var response = await administrator.SubmitAsync(page, "remove", ("Sure", "true"));
        Sessions.DeleteFailure = null;

        Assert.Contains(
            "The account is disabled, but not removed yet. Docker is away. Start it.",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        Assert.True(await IsSignedOutAsync(person));
        await administrator.SubmitAsync(page, "remove", ("Sure", "true"));
        Assert.False(await factory.ExistsAsync("half"));
    }

    [Fact]
    public async Task Remove_OnlyInstructor_LeavesTheClassToTheAdministrator()
    {
        using var administrator = await factory.SetUpAsync();
        await factory.CreatePersonAsync("Gone", "gone", PortalRole.Instructor);
        var made = await factory.MakeClassAsync("Orphans", "gone");
        var page = await PageOfAsync("gone");

        Assert.Contains(
            "Nobody else teaches “Orphans”: you become the instructor.",
            WebUtility.HtmlDecode(await administrator.GetStringAsync(page)),
            StringComparison.Ordinal
        );
        await administrator.SubmitAsync(page, "remove", ("Sure", "true"));

        Assert.Equal(HttpStatusCode.OK, (await administrator.GetAsync("/class/" + made.Id)).StatusCode);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("disable")]
    public async Task Oneself_IsNeitherRemovedNorDisabled(string form)
    {
        using var administrator = await factory.SetUpAsync();
        var id = await factory.IdOfAsync("root");

        var response = await administrator.SubmitAsync("/people/" + id, form, ("Sure", "true"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode); // the page has no such form
        using var scope = factory.Services.CreateScope();
        var administration = scope.ServiceProvider.GetRequiredService<AccountAdministration>();
        await Assert.ThrowsAsync<ClassroomException>(() =>
            form == "remove"
                ? administration.RemoveAsync(id, id, CancellationToken.None)
                : administration.DisableAsync(id, id, CancellationToken.None)
        );
        Assert.False(await IsSignedOutAsync(administrator));
    }

    [Fact]
    public async Task Disable_TwoAdministratorsEachOther_LeavesOne()
    {
        await using var portal = new ClassFactory();
        using var root = await portal.SetUpAsync();
        await portal.CreatePersonAsync("Second", "second", PortalRole.Administrator);
        var (one, other) = (await portal.IdOfAsync("root"), await portal.IdOfAsync("second"));

        var outcomes = await Task.WhenAll(DisableAsync(one, other), DisableAsync(other, one));

        Assert.Single(outcomes, "done");
        Assert.Single(outcomes, o => o.StartsWith("This is the last administrator", StringComparison.Ordinal));

        async Task<string> DisableAsync(string id, string by)
        {
            using var scope = portal.Services.CreateScope();
            try
            {
                await scope
                    .ServiceProvider.GetRequiredService<AccountAdministration>()
                    .DisableAsync(id, by, CancellationToken.None);
                return "done";
            }
            catch (ClassroomException e)
            {
                return e.Message;
            }
        }
    }

    [Fact]
    public async Task Disable_Person_KeepsThemOutUntilEnabled()
    {
        using var administrator = await factory.SetUpAsync();
        using var person = await factory.AddPersonAsync("Paused", "paused", PortalRole.Learner);
        var page = await PageOfAsync("paused");
        using var again = factory.CreateClient();

        await administrator.SubmitAsync(page, "disable");

        Assert.True(await IsSignedOutAsync(person));
        await ClassApplication.SignInAsync(again, "paused");
        Assert.True(await IsSignedOutAsync(again));
        Assert.True(await IsSignedOutAsync(await WithPasswordLinkAsync()));

        await administrator.SubmitAsync(page, "enable");
        await ClassApplication.SignInAsync(again, "paused");
        Assert.False(await IsSignedOutAsync(again));

        async Task<HttpClient> WithPasswordLinkAsync()
        {
            using var scope = factory.Services.CreateScope();
            var link = await scope
                .ServiceProvider.GetRequiredService<PortalAccounts>()
                .MakePasswordPathAsync(await factory.IdOfAsync("paused"));
            var client = factory.CreateClient();
            var answer = await client.SubmitAsync(link, "password", ("Input.Password", "another long one"));
            Assert.Contains("account is disabled", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            return client;
        }
    }

    [Fact]
    public async Task Session_OfADisabledAccount_IsWorthNothingHoweverItBegan()
    {
        await factory.SetUpAsync();
        using var person = await factory.AddPersonAsync("Still", "still", PortalRole.Learner);
        using (var scope = factory.Services.CreateScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>();
            var user = (await users.FindByNameAsync("still"))!;
            await users.SetLockoutEndDateAsync(user, DateTimeOffset.MaxValue); // the session's stamp stays
        }

        Assert.True(await IsSignedOutAsync(person));
    }

    [Fact]
    public async Task LastSeen_IsKnownOnceSomebodyCame()
    {
        using var administrator = await factory.SetUpAsync();
        await factory.CreatePersonAsync("Seen", "seen", PortalRole.Learner);
        var page = await PageOfAsync("seen");
        Assert.Contains("last seen: never", await administrator.GetStringAsync(page), StringComparison.Ordinal);

        using var person = factory.CreateClient();
        await ClassApplication.SignInAsync(person, "seen");

        Assert.Contains("s ago", await administrator.GetStringAsync(page), StringComparison.Ordinal);
    }

    private FakeLessonSessions Sessions => (FakeLessonSessions)factory.Services.GetRequiredService<ILessonSessions>();

    private IClasses Classes => factory.Services.GetRequiredService<IClasses>();

    private async Task<string> PageOfAsync(string userName) => "/people/" + await factory.IdOfAsync(userName);

    private static async Task<bool> IsSignedOutAsync(HttpClient client) =>
        (await client.GetAsync("/account")).RequestMessage!.RequestUri!.AbsolutePath == "/sign-in";
}
