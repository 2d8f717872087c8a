using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Playwright;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The portal on a real port, with lesson sessions that a test drives: every state of a page can be shown at will.</summary>
public class UiFactory : WebApplicationFactory<Program>
{
    private readonly TempDirectory _directory = new();

    public UiFactory() => UseKestrel(0);

    public FakeLessonSessions Sessions => (FakeLessonSessions)Services.GetRequiredService<ILessonSessions>();

    /// <summary>A lesson of the test content.</summary>
    public const string Lesson = "/learn/mesh/01-traffic";

    /// <summary>Opens a lesson as a learner of the test's own.</summary>
    public async Task<FakeLessonSession> JoinAsync(Visitor visitor, string learner, string lesson = Lesson)
    {
        await visitor.GoToAsync($"/join?name={learner}&returnUrl={lesson}");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(visitor.Page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync();
        var key = Sessions.Opened.Last(k => lesson.EndsWith(k.LessonId, StringComparison.Ordinal));
        return (FakeLessonSession)Sessions.Find(key)!;
    }

    protected virtual string ContentRoot => Repository.PathOf("tests", "Portal.EndToEnd.Tests", "TestContent");

    public string Start()
    {
        StartServer();
        return Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Testing");
        builder.UseSetting("Portal:Data:Directory", Path.Combine(_directory.Path, "data"));
        builder.UseSetting("Portal:Content:Root", ContentRoot);
        builder.ConfigureTestServices(services => services.AddSingleton<ILessonSessions, FakeLessonSessions>());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
