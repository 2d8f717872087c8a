using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;

namespace Portal.Web.IntegrationTests;

/// <summary>The portal as it is, on a data directory of its own, with lesson sessions that a test drives.</summary>
public sealed class PortalFactory : WebApplicationFactory<Program>
{
    private readonly TempDirectory _directory = new();

    public FakeCourseCatalog Catalog { get; } = new FakeCourseCatalog().Add(SampleLesson.Create());

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Testing");
        builder.UseSetting("Portal:Data:Directory", Path.Combine(_directory.Path, "data"));
        builder.UseSetting("Portal:Content:Root", _directory.Path);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<ICourseCatalog>(Catalog);
            services.AddSingleton<ILessonSessions, FakeLessonSessions>();
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
