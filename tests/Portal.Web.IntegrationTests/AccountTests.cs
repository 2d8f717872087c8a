using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Learners;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class AccountTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Fact]
    public async Task Start_FreshDatabase_OwnerIsALearner()
    {
        using var client = factory.CreateClient();

        Assert.NotNull(await factory.Services.GetRequiredService<ILearners>().FindAsync("you", CancellationToken.None));
        Assert.Contains("Account: You", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_NewName_BecomesThatLearner()
    {
        using var client = factory.CreateClient();

        await Account.JoinAsync(client, "Ada");

        Assert.Contains("Account: Ada", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains(await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None), l => l.Name == "Ada");
    }

    [Fact]
    public async Task Join_NameTooLong_SaysWhyOnThePage()
    {
        using var client = factory.CreateClient();

        var response = await Account.JoinAsync(client, new string('x', 200));

        Assert.Contains("longer than 80 characters", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_WithoutAntiforgeryToken_IsRefused()
    {
        using var client = factory.CreateClient();

        var response = await client.PostAsync("/account/join", new FormUrlEncodedContent([KeyValuePair.Create("name", "Eve")]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain(await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None), l => l.Name == "Eve");
    }

    [Fact]
    public async Task ActAs_Owner_SignsTheLearnerOut()
    {
        using var client = factory.CreateClient();
        await Account.JoinAsync(client, "Bea");

        await client.PostAsync("/account/act-as", Account.Form(await client.GetStringAsync("/join"), ("learnerId", "you")));

        Assert.Contains("Account: You", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    public async Task Join_ForeignReturnUrl_StaysHere(string returnUrl)
    {
        using var client = factory.CreateClient(new() { AllowAutoRedirect = false });
        var form = Account.Form(await client.GetStringAsync("/join"), ("name", "Cleo"), ("returnUrl", returnUrl));

        var response = await client.PostAsync("/account/join", form);

        Assert.Equal("/", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task AddLearner_ClassesExist_JoinsThem()
    {
        using var client = factory.CreateClient();
        await client.GetStringAsync("/classes");

        await Account.JoinAsync(client, "Dora");

        var dora = (await factory.Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None)).Single(l => l.Name == "Dora");
        Assert.All(await factory.Services.GetRequiredService<IClasses>().ListAsync(CancellationToken.None), c => Assert.Contains(c.Enrolments, e => e.LearnerId == dora.Id));
    }
}
