using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Learners;
using Portal.Testing;
using Portal.Web.Identity;

namespace Portal.Web.Testing;

/// <summary>The portal as its operator starts it, on a data directory of its own.</summary>
public abstract class PortalApplication : WebApplicationFactory<Program>
{
    private readonly TempDirectory _directory = new();

    /// <summary>The owner's link, as the console shows it. It works once.</summary>
    public string WelcomePath => Services.GetRequiredService<WelcomeLinks>().OwnerPath;

    protected virtual string ContentRoot => _directory.Path;

    /// <summary>Where the portal keeps its database and keys.</summary>
    public string DataDirectory => Path.Combine(_directory.Path, "data");

    /// <summary>
    /// Listens on a port of the machine and says where. Only for applications that chose a real server.
    /// </summary>
    public string Start()
    {
        StartServer();
        return Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    /// <summary>A client that opened the owner's link.</summary>
    public async Task<HttpClient> CreateOwnerAsync(bool followRedirects = true)
    {
        var client = CreateClient(new() { AllowAutoRedirect = followRedirects });
        using var response = await client.GetAsync(new Uri(WelcomePath, UriKind.Relative));
        return client;
    }

    /// <summary>A client that opened the link that the owner made for this learner, who is added when new.</summary>
    public async Task<HttpClient> CreateLearnerAsync(string name, bool followRedirects = true)
    {
        var client = CreateClient(new() { AllowAutoRedirect = followRedirects });
        var known = (await Services.GetRequiredService<ILearners>().ListAsync(CancellationToken.None)).FirstOrDefault(
            l => l.Name == name
        );
        var learner = known
            ?? await Services.GetRequiredService<LocalClassroom>().AddLearnerAsync(name, CancellationToken.None);
        using var response = await client.GetAsync(
            new Uri(Services.GetRequiredService<WelcomeLinks>().CreateFor(learner.Id), UriKind.Relative)
        );
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseEnvironment("Testing");
        builder.UseSetting("Portal:Data:Directory", DataDirectory);
        builder.UseSetting("Portal:Content:Root", ContentRoot);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
