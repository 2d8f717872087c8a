using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Access;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>How people get in, and out, where they sign in.</summary>
public sealed class AccountFormsTests(ClassFactory factory) : IClassFixture<ClassFactory>
{
    [Fact]
    public async Task SetUp_ConsolesLink_MakesOneAdministrator()
    {
        await using var fresh = new ClassFactory();
        using var stranger = fresh.CreateClient();
        var path = (await fresh.FindSetUpPathAsync())!;
        Assert.DoesNotContain(
            "Make me the administrator",
            await stranger.GetStringAsync("/set-up?token=guess"),
            StringComparison.Ordinal
        );

        using var administrator = await fresh.SetUpAsync();

        Assert.Contains("Account: Root", await administrator.GetStringAsync("/people"), StringComparison.Ordinal);
        Assert.Null(await fresh.FindSetUpPathAsync());
        var again = await stranger.SubmitAsync(
            path,
            "set-up",
            ("Input.Name", "Eve"),
            ("Input.UserName", "eve"),
            ("Input.Password", ClassApplication.Password)
        );
        Assert.Contains(
            "This link was used already",
            await again.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task SetUp_WeakPassword_SaysWhyAndKeepsTheLink()
    {
        await using var fresh = new ClassFactory();
        using var client = fresh.CreateClient();

        var response = await client.SubmitAsync(
            (await fresh.FindSetUpPathAsync())!,
            "set-up",
            ("Input.Name", "Root"),
            ("Input.UserName", "root"),
            ("Input.Password", "short")
        );

        Assert.Contains(
            "Passwords must be at least 10 characters",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        Assert.NotNull(await fresh.FindSetUpPathAsync());
    }

    [Theory]
    [InlineData("turing", "wrong password")]
    [InlineData("nobody", ClassApplication.Password)]
    [InlineData("", "")]
    public async Task SignIn_WrongCredentials_SayTheSame(string userName, string password)
    {
        await EnsureAsync("Alan Turing", "turing", PortalRole.Instructor);
        using var client = factory.CreateClient();

        var page = await (await ClassApplication.SignInAsync(client, userName, password)).Content.ReadAsStringAsync();

        Assert.Contains("User name and password do not fit together", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Account:", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_FiveWrongPasswords_LocksTheAccount()
    {
        await EnsureAsync("Locked", "locked", PortalRole.Learner);
        using var client = factory.CreateClient();
        for (var i = 0; i < 5; i++)
            await ClassApplication.SignInAsync(client, "locked", "wrong password");

        var response = await ClassApplication.SignInAsync(client, "locked");

        Assert.Contains("wait five minutes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/account", "/account")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\n/evil.example", "/")]
    [InlineData("\\\\evil.example", "/")]
    [InlineData("\t//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    public async Task SignIn_ReturnUrl_StaysHere(string returnUrl, string expected)
    {
        await EnsureAsync("Alan Turing", "turing", PortalRole.Instructor);
        using var client = factory.CreateClient(new() { AllowAutoRedirect = false });

        var response = await ClassApplication.SignInAsync(client, "turing", returnUrl: returnUrl);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(expected, new Uri(new Uri("http://localhost"), response.Headers.Location!).PathAndQuery);
        Assert.Equal("localhost", new Uri(new Uri("http://localhost"), response.Headers.Location!).Host);
    }

    [Fact]
    public async Task Join_NewLearner_IsInTheClassAndSignedIn()
    {
        var monday = await ClassAsync("Monday");

        using var ada = await factory.JoinAsync(monday.JoinCode, "Ada Ｌovelace", "ada.l");

        var page = await ada.GetStringAsync("/account");
        Assert.Contains("Ada Lovelace", page, StringComparison.Ordinal);
        Assert.Contains("Monday", page, StringComparison.Ordinal);
        var id = await factory.IdOfAsync("ada.l");
        Assert.True(
            await factory
                .Services.GetRequiredService<IAccess>()
                .MaySeeAsync(await factory.IdOfAsync("teacher"), id, CancellationToken.None)
        );
    }

    [Theory]
    [InlineData("WRONGCODE", "Bea", "bea", ClassApplication.Password, "No class can be joined with this code now")]
    [InlineData(
        null,
        "B\u202Eea",
        "bea",
        ClassApplication.Password,
        "The name has a character that cannot be seen (U&#x2B;202E)"
    )]
    [InlineData(null, "Bea", "b ea", ClassApplication.Password, "can only contain letters or digits")]
    [InlineData(null, "Bea", "bea", "short", "Passwords must be at least 10 characters")]
    [InlineData(null, "Tаken", "bea", ClassApplication.Password, "has a name that looks the same")]
    public async Task Join_SomethingWrong_SaysWhatAndMakesNoAccount(
        string? code,
        string name,
        string userName,
        string password,
        string message
    )
    {
        var wednesday = await ClassAsync("Wednesday");
        if (wednesday.Enrolments.Count == 0)
            (await factory.JoinAsync(wednesday.JoinCode, "Taken", "taken")).Dispose();
        using var client = factory.CreateClient();

        var response = await client.SubmitAsync(
            "/join",
            "join",
            ("Input.Code", code ?? wednesday.JoinCode),
            ("Input.Name", name),
            ("Input.UserName", userName),
            ("Input.Password", password)
        );

        Assert.Contains(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var retry = await ClassApplication.SignInAsync(client, "bea");
        Assert.Contains("do not fit together", await retry.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_SignedInLearner_NeedsOnlyTheCodeAndMayLeave()
    {
        var (monday, friday) = (await ClassAsync("Monday"), await ClassAsync("Friday"));
        using var cleo = await factory.JoinAsync(monday.JoinCode, "Cleo", "cleo");

        await cleo.SubmitAsync("/join", "join", ("Input.Code", friday.JoinCode));
        Assert.Contains("Leave Friday", await cleo.GetStringAsync("/account"), StringComparison.Ordinal);
        await cleo.SubmitAsync("/account", "leave-" + friday.Id);

        Assert.DoesNotContain("Leave Friday", await cleo.GetStringAsync("/account"), StringComparison.Ordinal);
        Assert.Empty(
            (
                await factory.Services.GetRequiredService<IClasses>().FindAsync(friday.Id, CancellationToken.None)
            )!.Enrolments
        );
    }

    [Fact]
    public async Task SignIn_MoreAttemptsThanAllowed_IsRefusedForAWhile()
    {
        await using var strict = new StrictFactory();
        using var client = strict.CreateClient();
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await ClassApplication.SignInAsync(client, "nobody")).StatusCode);

        var response = await ClassApplication.SignInAsync(client, "nobody");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Contains("Wait a minute", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/sign-in")).StatusCode);
    }

    [Theory]
    [InlineData("/account")]
    [InlineData("/people")]
    [InlineData("/set-up")]
    [InlineData("/invitation")]
    public async Task ClassPages_OnTheOwnersMachine_AreNotThere(string path)
    {
        await using var local = new PortalFactory();
        using var owner = await local.CreateOwnerAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/welcome?token=x")]
    [InlineData("POST", "/account/act-as")]
    [InlineData("POST", "/account/join")]
    public async Task LocalEndpoints_WherePeopleSignIn_AreNotThere(string method, string path)
    {
        using var administrator = await factory.SetUpAsync(followRedirects: false);

        var response = await administrator.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        // Static files are looked for at every address, with GET only.
        Assert.Equal(method == "GET" ? HttpStatusCode.NotFound : HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private async Task<SchoolClass> ClassAsync(string name)
    {
        await EnsureAsync("Teacher", "teacher", PortalRole.Instructor);
        var known = (
            await factory.Services.GetRequiredService<IClasses>().ListAsync(CancellationToken.None)
        ).FirstOrDefault(c => c.Name == name);
        return known ?? await factory.MakeClassAsync(name, "teacher");
    }

    private async Task EnsureAsync(string name, string userName, PortalRole role)
    {
        if (!await factory.ExistsAsync(userName))
            (await factory.AddPersonAsync(name, userName, role)).Dispose();
    }

    private sealed class StrictFactory : ClassFactory
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:Limits:SignInsPerMinute", "3");
        }
    }
}
