using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Testing;

/// <summary>
/// A portal where people sign in. They come as they really do: by the console's link, by an administrator, by a code.
/// </summary>
public abstract class ClassApplication : PortalApplication
{
    public const string Password = "correct horse battery";

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Portal:Mode", "Class");
        builder.UseSetting("Portal:Limits:SignInsPerMinute", "10000");
    }

    /// <summary>The console's link to make the first administrator; null once there is one.</summary>
    public Task<string?> FindSetUpPathAsync() =>
        Services.GetRequiredService<IConsoleLink>().FindPathAsync(CancellationToken.None);

    /// <summary>The first administrator, signed in.</summary>
    public async Task<HttpClient> SetUpAsync(bool followRedirects = true)
    {
        var client = CreateClient(new() { AllowAutoRedirect = followRedirects });
        if (await FindSetUpPathAsync() is { } path)
        {
            using var response = await client.SubmitAsync(
                path,
                "set-up",
                ("Input.Name", "Root"),
                ("Input.UserName", "root"),
                ("Input.Password", Password)
            );
            return client;
        }
        using var again = await SignInAsync(client, "root");
        return client;
    }

    /// <summary>Somebody whom the administrator added, and who has set a password.</summary>
    public async Task CreatePersonAsync(string name, string userName, PortalRole role)
    {
        using var scope = Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<PortalAccounts>().CreateAsync(name, userName, Password, role);
    }

    /// <summary>Such a person, signed in.</summary>
    public async Task<HttpClient> AddPersonAsync(
        string name,
        string userName,
        PortalRole role,
        bool followRedirects = true
    )
    {
        await CreatePersonAsync(name, userName, role);
        var client = CreateClient(new() { AllowAutoRedirect = followRedirects });
        using var response = await SignInAsync(client, userName);
        return client;
    }

    public static Task<HttpResponseMessage> SignInAsync(
        HttpClient client,
        string userName,
        string password = Password,
        string returnUrl = "/account"
    ) =>
        client.SubmitAsync(
            "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl),
            "sign-in",
            ("Input.UserName", userName),
            ("Input.Password", password)
        );

    /// <summary>A class that this person teaches.</summary>
    public async Task<SchoolClass> MakeClassAsync(string name, string instructor) =>
        await Services
            .GetRequiredService<IClasses>()
            .CreateAsync(name, "course", "lesson", await IdOfAsync(instructor), CancellationToken.None);

    /// <summary>A new learner who came by the code of a class.</summary>
    public async Task<HttpClient> JoinAsync(string code, string name, string userName, bool followRedirects = true)
    {
        var client = CreateClient(new() { AllowAutoRedirect = followRedirects });
        using var response = await client.SubmitAsync(
            "/join",
            "join",
            ("Input.Code", code),
            ("Input.Name", name),
            ("Input.UserName", userName),
            ("Input.Password", Password)
        );
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Redirect))
            throw new InvalidOperationException($"{name} could not join: {response.StatusCode}");
        return client;
    }

    public async Task<bool> ExistsAsync(string userName)
    {
        using var scope = Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>().FindByNameAsync(userName)
            is not null;
    }

    public async Task<string> IdOfAsync(string userName)
    {
        using var scope = Services.CreateScope();
        return (
            await scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>().FindByNameAsync(userName)
        )!.Id;
    }
}
