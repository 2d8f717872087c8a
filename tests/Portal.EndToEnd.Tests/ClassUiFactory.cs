using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Testing;

namespace Portal.EndToEnd.Tests;

/// <summary>A portal where people sign in, on a real port, with lesson sessions that a test drives.</summary>
public sealed class ClassUiFactory : ClassApplication
{
    public ClassUiFactory() => UseKestrel(0);

    protected override string ContentRoot => Repository.PathOf("tests", "Portal.EndToEnd.Tests", "TestContent");

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services =>
            services
                .AddSingleton<ILessonSessions, FakeLessonSessions>()
                .AddSingleton<ISessionAdmission, FakeSessionAdmission>()
                .AddSingleton<ISessionActivities, FakeSessionActivities>()
        );
    }
}
