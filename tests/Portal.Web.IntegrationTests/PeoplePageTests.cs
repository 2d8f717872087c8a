using System.Net;
using Portal.Classroom.Model;
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

        var response = await administrator.SubmitAsync("/people", "role-" + id, ("Role", "Learner"));

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

        await administrator.SubmitAsync("/people", "role-" + await factory.IdOfAsync("former"), ("Role", "Learner"));

        Assert.Equal(HttpStatusCode.Forbidden, (await instructor.GetAsync("/classes")).StatusCode);
    }
}
