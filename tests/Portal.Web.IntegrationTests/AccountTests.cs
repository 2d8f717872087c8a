using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class AccountTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Fact]
    public async Task Start_FreshDatabase_OwnerIsALearner()
    {
        using var client = await factory.CreateOwnerAsync();

        Assert.NotNull(await factory.Services.GetRequiredService<ILearners>().FindAsync("you", CancellationToken.None));
        Assert.Contains("Account: You", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_NewName_OwnerActsAsThatLearner()
    {
        using var client = await factory.CreateOwnerAsync();

        await Account.JoinAsync(client, "Ada");

        Assert.Contains("Account: Ada", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains(await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None), l =>
            l.Name == "Ada"
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/classes")).StatusCode);
    }

    [Fact]
    public async Task Join_NameTooLong_SaysWhyOnThePage()
    {
        using var client = await factory.CreateOwnerAsync();

        var response = await Account.JoinAsync(client, new string('x', 200));

        Assert.Contains(
            "longer than 80 characters",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Join_WithoutAntiforgeryToken_IsRefused()
    {
        using var client = await factory.CreateOwnerAsync();

        var response = await client.PostAsync(
            "/account/join",
            new FormUrlEncodedContent([KeyValuePair.Create("name", "Eve")])
        );

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain(
            await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None),
            l => l.Name == "Eve"
        );
    }

    [Fact]
    public async Task ActAs_OwnerActsAsALearner_MayComeBack()
    {
        using var client = await factory.CreateOwnerAsync();
        await Account.JoinAsync(client, "Bea");

        await client.PostAsync("/account/act-as", Forms.Of(await client.GetStringAsync("/join"), ("learnerId", "you")));

        Assert.Contains("Account: You", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/classes")).StatusCode);
    }

    [Theory]
    [InlineData("/account/act-as", "learnerId", "you")]
    [InlineData("/account/join", "name", "Victor")]
    public async Task BecomeSomebody_LearnerWithALinkOfTheirOwn_IsRefused(string path, string field, string value)
    {
        using var client = await factory.CreateLearnerAsync("Mallory");

        var response = await client.PostAsync(path, Forms.Of(await client.GetStringAsync("/sign-out"), (field, value)));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("Account: Mallory", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_LearnerIsGone_SignsNobodyIn()
    {
        using var client = await factory.CreateLearnerAsync("Gone", followRedirects: false);
        await factory.RemoveLearnerAsync("Gone");

        var response = await client.GetAsync("/");

        Assert.Equal("/sign-in", response.Headers.Location?.AbsolutePath);
    }

    [Fact]
    public async Task SignOut_Owner_CookieIsNoUseAnyMore()
    {
        using var client = await factory.CreateOwnerAsync();
        var form = Forms.Of(await client.GetStringAsync("/sign-out"), ("returnUrl", "/sign-in"));

        var response = await client.PostAsync("/account/sign-out", form);

        Assert.Equal("/sign-in", response.RequestMessage?.RequestUri?.AbsolutePath);
        Assert.Equal("/sign-in", (await client.GetAsync("/")).RequestMessage?.RequestUri?.AbsolutePath);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("/\n/evil.example/")]
    [InlineData("/a\\..\\evil.example/")]
    [InlineData("~/evil")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task Join_ForeignReturnUrl_StaysHere(string returnUrl)
    {
        using var client = await factory.CreateOwnerAsync(followRedirects: false);
        var form = Forms.Of(await client.GetStringAsync("/join"), ("name", "Cleo"), ("returnUrl", returnUrl));

        var response = await client.PostAsync("/account/join", form);

        Assert.Equal("/", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Join_ReturnUrlOfThisPortal_LeadsThere()
    {
        using var client = await factory.CreateOwnerAsync(followRedirects: false);
        var form = Forms.Of(
            await client.GetStringAsync("/join"),
            ("name", "Cleo"),
            ("returnUrl", "/learn/course/lesson?tab=mesh")
        );

        var response = await client.PostAsync("/account/join", form);

        Assert.Equal("/learn/course/lesson?tab=mesh", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task AddLearner_ClassesExist_JoinsThem()
    {
        using var client = await factory.CreateOwnerAsync();
        await client.GetStringAsync("/classes");

        await Account.JoinAsync(client, "Dora");

        var dora = (await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None)).Single(
            l => l.Name == "Dora"
        );
        Assert.All(await factory.Services.GetRequiredService<IClasses>().ListAsync(CancellationToken.None), c =>
            Assert.Contains(c.Enrolments, e => e.LearnerId == dora.Id)
        );
    }
}
