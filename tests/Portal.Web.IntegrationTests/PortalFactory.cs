using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Data;
using Portal.Content;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>The portal as it is, with lesson sessions that a test drives.</summary>
public sealed class PortalFactory : PortalApplication
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

    /// <summary>As when a learner's data is deleted while a browser still has their cookie.</summary>
    public async Task RemoveLearnerAsync(string name)
    {
        await using var db = await Services
            .GetRequiredService<IDbContextFactory<PortalDbContext>>()
            .CreateDbContextAsync();
        await db.Learners.Where(l => l.Name == name).ExecuteDeleteAsync();
    }
}
