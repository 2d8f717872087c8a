using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor;
using MudBlazor.Services;
using Portal.Labs;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Components.Help;
using Portal.Web.Components.Lessons;
using Portal.Web.Hosting;
using Portal.Web.Identity;
using Xunit;

namespace Portal.Web.Tests;

/// <summary>What the components of a lesson page need around them: services, the page's actions, a session.</summary>
public abstract class LessonContext : BunitContext, IAsyncLifetime
{
    protected LessonContext()
    {
        DefaultWaitTimeout = TestTimeouts.Default;
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<AuthenticationStateProvider>(new SignedIn("you", "You"));
        Services.AddScoped<LearnerContext>();
        Services.AddScoped<PageConsent>();
        Services.AddSingleton(_ => new RateLimits(
            Options.Create(new LimitOptions { RunsPerMinute = RunsPerMinute })
        ));
        Services.AddSingleton<IWorkspaceWalls>(Walls);
        Lesson = SampleLesson.Create();
        Session = new FakeLessonSession(new LessonSessionKey("you", "course", "lesson"), Lesson);
    }

    protected Content.Model.Lesson Lesson { get; }
    protected FakeLessonSession Session { get; }
    protected StandInWalls Walls { get; } = new();

    /// <summary>Runs that a learner may start, a minute; to be set before anything is rendered.</summary>
    protected int RunsPerMinute { get; set; } = 1000;

    /// <summary>Made at first use: after that no service can be added.</summary>
    protected LessonActions Actions => field ??= Attached();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    private LessonActions Attached()
    {
        var actions = new LessonActions(
            Services.GetRequiredService<ISnackbar>(),
            new FakeLessonSessions(new FakeCourseCatalog()),
            Services.GetRequiredService<RateLimits>(),
            CancellationToken.None
        );
        actions.Attach(Session);
        return actions;
    }

    protected Content.Model.Section Section(string id) => Lesson.Sections.Single(s => s.Id == id);

    protected Content.Model.Block Block(string id) => Lesson.Blocks.Single(b => b.Id == id);

    protected static RunSnapshot Run(string blockId, RunPhase phase, params CommandSnapshot[] commands) =>
        new() { RunId = Guid.NewGuid().ToString("N"), BlockId = blockId, Phase = phase, Commands = [.. commands], Started = DateTimeOffset.UtcNow, Duration = TimeSpan.FromSeconds(3) };

    protected static CommandSnapshot Command(int index, string text, RunPhase phase, int? exitCode = null, string output = "") =>
        new() { Index = index, Text = text, Phase = phase, ExitCode = exitCode, Output = output, Duration = TimeSpan.FromSeconds(0.2) };

    protected sealed class StandInWalls : IWorkspaceWalls
    {
        /// <summary>Null where workspaces are kept apart.</summary>
        public string? Problem { get; set; }
        public bool AreApart => Problem is null;
        public string Name => AreApart ? "bubblewrap" : "process";
        public string Limits => "rlimits";
    }

    protected sealed class SignedIn(string id, string name, params string[] roles) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Name, name), .. roles.Select(r => new Claim(ClaimTypes.Role, r))], "test"))));
    }
}
