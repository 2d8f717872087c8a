using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What an instructor does with a class, by the forms of its page.</summary>
public sealed class ClassPageTests(ClassFactory factory) : IClassFixture<ClassFactory>
{
    private IClasses Classes => factory.Services.GetRequiredService<IClasses>();

    [Fact]
    public async Task Classes_List_ShowsOnlyOnesOwn()
    {
        var (grace, _) = await TeacherAsync("own");
        var (_, other) = await TeacherAsync("other");

        var page = await grace.GetStringAsync("/classes");

        Assert.Contains("Class of own", page, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Name, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_RenameCloseAndCode_AreKept()
    {
        var (grace, made) = await TeacherAsync("settings");
        var page = "/class/" + made.Id;

        await grace.SubmitAsync(page, "rename", ("Input.Name", "Evening class"));
        await grace.SubmitAsync(page, "renew-code", ("Input.Hours", "2"), ("Input.Uses", "30"));
        await grace.SubmitAsync(page, "session-length", ("Input.Minutes", "90"));
        await grace.SubmitAsync(page, "state", ("Input.State", "Closed"));

        var kept = (await Classes.FindAsync(made.Id, CancellationToken.None))!;
        Assert.Equal(("Evening class", ClassState.Closed, 30), (kept.Name, kept.State, kept.JoinCodeUsesLeft));
        Assert.Equal(TimeSpan.FromMinutes(90), kept.SessionLength);
        await grace.SubmitAsync(page, "session-length", ("Input.Minutes", "0"));
        Assert.Null((await Classes.FindAsync(made.Id, CancellationToken.None))!.SessionLength);
        Assert.NotEqual(made.JoinCode, kept.JoinCode);
        Assert.NotNull(kept.JoinCodeExpiresAt);
    }

    [Fact]
    public async Task Delete_WithoutSaying_IsRefused()
    {
        var (grace, made) = await TeacherAsync("delete");
        var page = "/class/" + made.Id;

        var unsure = await grace.SubmitAsync(page, "delete");
        Assert.Contains("Say that you are sure", await unsure.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var response = await grace.SubmitAsync(page, "delete", ("Input.Sure", "true"));

        Assert.Equal("/classes", response.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Null(await Classes.FindAsync(made.Id, CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, (await grace.GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task Invite_ByName_LinkLetsOneInAndNoSecond()
    {
        var (grace, made) = await TeacherAsync("invite");

        var page = await (
            await grace.SubmitAsync("/class/" + made.Id, "invite", ("Input.Names", "Ada\r\n\r\nBea"))
        ).Content.ReadAsStringAsync();
        var path = new Uri(
            page.Split("/invitation?token=")[1].Split('"')[0] is var token
                ? "http://localhost/invitation?token=" + token
                : ""
        ).PathAndQuery;
        using var first = factory.CreateClient();
        using var second = factory.CreateClient();
        Assert.Contains("Welcome, Ada", await first.GetStringAsync(path), StringComparison.Ordinal);
        await first.SubmitAsync(
            path,
            "accept",
            ("Input.UserName", "invited.ada"),
            ("Input.Password", ClassApplication.Password)
        );

        Assert.Equal(
            ["Ada"],
            (await Classes.FindAsync(made.Id, CancellationToken.None))!.Enrolments.Select(e => e.Learner!.Name)
        );
        Assert.Contains("Class of invite", await first.GetStringAsync("/account"), StringComparison.Ordinal);
        Assert.Contains("This invitation cannot be used", await second.GetStringAsync(path), StringComparison.Ordinal);
        Assert.Contains(
            "Bea <span class=\"muted\">· invited",
            WebUtility.HtmlDecode(await grace.GetStringAsync("/class/" + made.Id)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("name\nAda\nBea\n", "2 links, shown this once")]
    [InlineData("name\nAda\nAda\n", "Line 3: 'Ada' looks the same as the name in line 2")]
    [InlineData("Ada\n", "Line 1: The first line names no column 'name'")]
    public async Task Import_Roster_SaysWhatCameOfIt(string roster, string message)
    {
        var (grace, made) = await TeacherAsync("import" + message.Length);
        var page = await grace.GetStringAsync("/class/" + made.Id);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("import"), "_handler" },
            { new StringContent(Forms.Token(page)), "__RequestVerificationToken" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(roster)), "Roster", "roster.csv" },
        };

        var response = await grace.PostAsync("/class/" + made.Id, form);

        Assert.Contains(
            message,
            WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Share_WithAnInstructor_LetsThemSeeTheBoard()
    {
        var (grace, made) = await TeacherAsync("share");
        var (alan, _) = await TeacherAsync("shared-with");
        Assert.Equal(HttpStatusCode.Forbidden, (await alan.GetAsync("/board/" + made.Id)).StatusCode);

        await grace.SubmitAsync("/class/" + made.Id, "share", ("UserName", "shared-with"));
        Assert.Equal(HttpStatusCode.OK, (await alan.GetAsync("/board/" + made.Id)).StatusCode);
        await grace.SubmitAsync("/class/" + made.Id, "unshare-" + await factory.IdOfAsync("shared-with"));

        Assert.Equal(HttpStatusCode.Forbidden, (await alan.GetAsync("/board/" + made.Id)).StatusCode);
    }

    [Fact]
    public async Task LearnerPage_OnlyOfTheirOwnLearners()
    {
        var (_, made) = await TeacherAsync("look.grace");
        var (alan, his) = await TeacherAsync("look.alan");
        (await factory.JoinAsync(made.JoinCode, "Ada Looked At", "look.ada")).Dispose();
        var ada = await factory.IdOfAsync("look.ada");

        foreach (
            var (id, expected) in ((string, HttpStatusCode)[])
                [(made.Id, HttpStatusCode.Forbidden), (his.Id, HttpStatusCode.NotFound)]
        )
        {
            var answer = await alan.GetAsync($"/class/{id}/learner/{ada}/course/lesson");
            Assert.Equal(expected, answer.StatusCode);
            Assert.DoesNotContain("Ada Looked At", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Share_WithALearner_SaysWhyNot()
    {
        var (grace, made) = await TeacherAsync("share-wrong");
        (await factory.JoinAsync(made.JoinCode, "Ada", "share.ada")).Dispose();

        var response = await grace.SubmitAsync("/class/" + made.Id, "share", ("UserName", "share.ada"));

        Assert.Contains(
            "'share.ada' is not the user name of an instructor",
            WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Remove_Learner_TakesThemOut()
    {
        var (grace, made) = await TeacherAsync("remove");
        (await factory.JoinAsync(made.JoinCode, "Ada", "remove.ada")).Dispose();

        await grace.SubmitAsync("/class/" + made.Id, "remove-" + await factory.IdOfAsync("remove.ada"));

        Assert.Empty((await Classes.FindAsync(made.Id, CancellationToken.None))!.Enrolments);
    }

    private async Task<(HttpClient Client, SchoolClass Class)> TeacherAsync(string userName) =>
        (
            await factory.AddPersonAsync("Teacher " + userName, userName, PortalRole.Instructor),
            await factory.MakeClassAsync("Class of " + userName, userName)
        );
}
