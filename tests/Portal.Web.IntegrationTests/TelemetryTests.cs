using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Hosting.Telemetry;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What Prometheus reads of a portal in which a learner really ran something.</summary>
public sealed class TelemetryTests
{
    private const string Token = "a token of enough characters";
    private const string Learner = "ada-lovelace";
    private static readonly Uri s_metrics = new("/metrics", UriKind.Relative);

    [Fact]
    public async Task Metrics_AfterARun_TellOfItAndOfNobody()
    {
        await using var portal = new MeasuredPortal(Token);
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        using var prometheus = portal.CreateClient();
        prometheus.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var sessions = portal.Services.GetRequiredService<ILessonSessions>();
        var session = await sessions.OpenAsync(new LessonSessionKey(Learner, "course", "lesson"), limit.Token);
        await UntilAsync(session, s => s.Workspace.Phase == WorkspacePhase.Ready, limit.Token);
        await session.RunAsync("step-1/1", new RunOptions { Code = "echo secret-words; false" }, limit.Token);
        await UntilAsync(
            session,
            s => s.Runs.GetValueOrDefault("step-1/1")?.Phase is RunPhase.Failed && s.ActiveBlockId is null,
            limit.Token
        );

        var text = "";
        await Eventually.True(async () =>
        {
            text = await prometheus.GetStringAsync(s_metrics, limit.Token);
            return text.Contains("portal_grading_duration", StringComparison.Ordinal);
        });

        Assert.Contains("portal_runs_started", text, StringComparison.Ordinal);
        Assert.Contains("outcome=\"Failed\"", text, StringComparison.Ordinal);
        Assert.Contains("portal_run_first_output", text, StringComparison.Ordinal);
        Assert.Contains("portal_sessions", text, StringComparison.Ordinal);
        Assert.Contains("portal_sandboxes", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Learner, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-words", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_WithoutTheToken_AreRefused()
    {
        await using var portal = new MeasuredPortal(Token);
        using var somebody = portal.CreateClient();
        using var owner = await portal.CreateOwnerAsync();
        using var guesser = portal.CreateClient();
        guesser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token[..^1]);

        foreach (var client in (HttpClient[])[somebody, owner, guesser])
        {
            using var response = await client.GetAsync(s_metrics);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.DoesNotContain("portal_", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Metrics_ByDefault_AreNotThere()
    {
        await using var portal = new MeasuredPortal(null);
        using var owner = await portal.CreateOwnerAsync();

        using var response = await owner.GetAsync(s_metrics);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void Validate_ShortToken_NamesTheKey()
    {
        var result = new TelemetryOptions.Validator().Validate(null, new() { MetricsToken = "short" });

        Assert.StartsWith("Portal:Telemetry:MetricsToken is shorter", result.FailureMessage, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(
        ILessonSession session,
        Func<SessionSnapshot, bool> condition,
        CancellationToken cancellationToken
    )
    {
        await foreach (var snapshot in session.WatchAsync(cancellationToken))
            if (condition(snapshot))
                return;
        Assert.Fail("The session ended.");
    }

    private sealed class MeasuredPortal(string? token) : PortalApplication
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:Telemetry:MetricsToken", token);
            builder.UseSetting("Portal:Labs:Isolation", "process");
            builder.ConfigureTestServices(services =>
                services.AddSingleton<ICourseCatalog>(new FakeCourseCatalog().Add(SampleLesson.Create()))
            );
        }
    }
}
