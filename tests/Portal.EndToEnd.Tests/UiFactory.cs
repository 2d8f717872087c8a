using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Playwright;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Testing;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// The portal on a real port, with lesson sessions that a test drives: every state of a page can be shown at will.
/// </summary>
public class UiFactory : PortalApplication
{
    public UiFactory() => UseKestrel(0);

    public FakeLessonSessions Sessions => (FakeLessonSessions)Services.GetRequiredService<ILessonSessions>();

    /// <summary>A lesson of the test content.</summary>
    public const string Lesson = "/learn/mesh/01-traffic";

    protected override string ContentRoot => Repository.PathOf("tests", "Portal.EndToEnd.Tests", "TestContent");

    /// <summary>Opens a lesson as a learner of the test's own.</summary>
    public async Task<FakeLessonSession> JoinAsync(Visitor visitor, string learner, string lesson = Lesson)
    {
        await visitor.GoToAsync(WelcomePath);
        await visitor.GoToAsync($"/join?name={learner}&returnUrl={lesson}");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(visitor.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync();
        var key = Sessions.Opened.Last(k => lesson.EndsWith(k.LessonId, StringComparison.Ordinal));
        return (FakeLessonSession)Sessions.Find(key)!;
    }

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
