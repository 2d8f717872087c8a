using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Portal.Content;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>A portal where people sign in, with lesson sessions that a test drives.</summary>
public class ClassFactory : ClassApplication
{
    public FakeCourseCatalog Catalog { get; } = new FakeCourseCatalog().Add(SampleLesson.Create());

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<ICourseCatalog>(Catalog);
            services.AddSingleton<ILessonSessions, FakeLessonSessions>();
            services.AddSingleton<ISessionAdmission, FakeSessionAdmission>();
        });
    }
}
