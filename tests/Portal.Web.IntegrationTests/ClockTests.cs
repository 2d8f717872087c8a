using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Exports;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Testing;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>The wall's clock is set while people are signed in.</summary>
public sealed class ClockTests(ClockTests.Portal portal) : IClassFixture<ClockTests.Portal>, IDisposable
{
    private static readonly string[] s_pages =
        [
            "/",
            "/account",
            "/classes",
            "/class/{ClassId}",
            "/board/{ClassId}",
            "/class/{ClassId}/report",
            "/learn/course/lesson",
        ];

    public void Dispose() => portal.Time.Offset = default;

    [Theory]
    [InlineData(-4000)]
    [InlineData(-1)]
    [InlineData(29)]
    public async Task Pages_ClockSetByDays_StayOpenToWhoIsSignedIn(int days)
    {
        var (name, client, classId) = await AddInstructorAsync();

        portal.Time.Offset = TimeSpan.FromDays(days);

        foreach (var page in s_pages)
        {
            using var response = await client.GetAsync(page.Replace("{ClassId}", classId, StringComparison.Ordinal));
            Assert.Equal((page, HttpStatusCode.OK), (page, response.StatusCode));
        }
        using var learner = await portal.AddPersonAsync("Late", name + "late", PortalRole.Learner);
        Assert.Equal(HttpStatusCode.OK, (await learner.GetAsync("/account")).StatusCode);
        portal.Time.Offset = default;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task Cookie_ClockFarAheadAndBack_EndsOnlyMeanwhile()
    {
        var (_, client, _) = await AddInstructorAsync();

        portal.Time.Offset = TimeSpan.FromDays(31);
        using var ahead = await client.GetAsync("/account");
        portal.Time.Offset = default;
        using var back = await client.GetAsync("/account");

        Assert.Equal("/sign-in", ahead.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("/account", back.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task LastSeen_ClockSetBack_IsWrittenAgain()
    {
        var (name, client, _) = await AddInstructorAsync();
        using var first = await client.GetAsync("/account");

        portal.Time.Offset = TimeSpan.FromDays(-2);
        using var second = await client.GetAsync("/account");

        await using var db = await portal.OpenAsync();
        var seen = (await db.Users.SingleAsync(u => u.UserName == name)).LastSeenAt;
        Assert.InRange(seen!.Value, DateTimeOffset.MinValue, portal.Time.GetUtcNow());
    }

    [Fact]
    public async Task Export_StepThatEndedBeforeItBegan_TookNoTime()
    {
        var (name, _, classId) = await AddInstructorAsync();
        var exports = portal.Services.GetRequiredService<IExports>();
        var code = (await portal.Services.GetRequiredService<IClasses>().FindAsync(classId, default))!.JoinCode;
        using var ada = await portal.JoinAsync(code, "Ada", name + "ada");
        var id = (await exports.FindClassAsync(classId, default))!.Learners.Single().Id;
        var key = new ProgressKey(id, "course", "lesson");
        var progress = portal.Services.GetRequiredService<IProgressService>();
        var now = portal.Time.GetUtcNow();
        await progress.RecordSectionAsync(key, new("step-1", "step", SectionStatus.InProgress, now), default);

        portal.Time.Offset = TimeSpan.FromHours(-1);
        var before = portal.Time.GetUtcNow();
        await progress.RecordSectionAsync(key, new("step-1", "step", SectionStatus.Completed, before), default);
        await progress.RecordCheckAsync(key, new("step-1", "c", CheckStatus.Passed, 1, null, null, before), default);

        var learner = (await exports.FindClassAsync(classId, default))!.Learners.Single();
        Assert.Equal((SectionStatus.Completed, 0), (learner.Sections[0].Status, learner.Sections[0].Seconds));
        Assert.Equal(0, learner.Checks[0].Seconds);
    }

    private async Task<(string Name, HttpClient Client, string ClassId)> AddInstructorAsync()
    {
        var name = "teacher" + Guid.NewGuid().ToString("N")[..8];
        var client = await portal.AddPersonAsync("Teacher", name, PortalRole.Instructor);
        return (name, client, (await portal.MakeClassAsync("Monday", name)).Id);
    }

    public sealed class Portal : ClassFactory
    {
        public SetTime Time { get; } = new();

        internal Task<PortalDbContext> OpenAsync() =>
            Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(Time));
        }
    }
}
