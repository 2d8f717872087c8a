using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>A learner who leaves in the middle of the mesh's lesson, and returns.</summary>
public sealed class HibernationTests
{
    private const string Describe =
        "kubectl get pods,services,deployments,replicasets,secrets,virtualservices,destinationrules,gateways -A "
        + "-o jsonpath='{range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.resourceVersion} "
        + "{.metadata.creationTimestamp} {.status.podIP}{\"\\n\"}{end}'";

    private const string Versions =
        "for i in $(seq 20); do curl -s http://localhost:8080/api/v1/products/0/reviews | grep -oE 'reviews-v[123]' "
        + "| head -1; done | sort | uniq -c";

    private static readonly LessonSessionKey s_key = new("ada", "kubernetes", "20-service-mesh-istio");

    [Fact]
    public async Task Session_ClosedAndOpenedAgain_IsAsItWasAndTheMeshRoutes()
    {
        await using var portal = new WholePortal();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var sessions = portal.Services.GetRequiredService<ILessonSessions>();
        var session = await OpenAsync(sessions, limit.Token);
        foreach (var block in First(session).SelectMany(s => s.Blocks).Where(b => b.Runnable && b.RunsOn("sandbox")))
            await RunAsync(session, block.Id, null, limit.Token);
        await RunAsync(session, "step-4/subsets", null, limit.Token);
        await RunAsync(session, "step-4/all-v1", null, limit.Token);
        await UntilAsync(session, s => s.Checks["step-4-all-v1"].IsPassed, limit.Token);
        await ExecuteAsync(
            session,
            "export MARK='kept \"here\"'; kubectl config set-context --current --namespace=bookinfo; cd manifests",
            limit.Token
        );
        var before = await ExecuteAsync(session, Describe, limit.Token);
        Assert.Contains("Pod/productpage-v1", before, StringComparison.Ordinal);

        await sessions.CloseAsync(s_key, limit.Token);

        Assert.Single(Directory.EnumerateFiles(Path.Combine(portal.DataDirectory, "clusters")));
        Assert.Equal((0, 1), (sessions.Count().Open, sessions.Count().Hibernated));

        session = await OpenAsync(sessions, limit.Token);

        Assert.Equal(ClusterPast.Slept, session.Current.Cluster.Past);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(portal.DataDirectory, "clusters")));
        Assert.Equal(0, sessions.Count().Hibernated);
        Assert.Equal(before, await ExecuteAsync(session, Describe, limit.Token));
        Assert.Equal("kept \"here\" manifests\n", await ExecuteAsync(session, "echo $MARK ${PWD##*/}", limit.Token));
        var pods = await ExecuteAsync(session, "kubectl get pods", limit.Token);
        Assert.Contains("productpage-v1", pods, StringComparison.Ordinal);
        var screen = await ScreenAsync(session, limit.Token);
        Assert.Contains("Woke up after", screen, StringComparison.Ordinal);
        Assert.Matches("(?s)Ended meanwhile.*kubectl port-forward", screen);
        Assert.Contains("kubectl config set-context", screen, StringComparison.Ordinal);

        await RunAsync(session, "step-3/forward", null, limit.Token);
        await RunAsync(session, "step-3/wait", null, limit.Token);
        Assert.Equal("20 reviews-v1", (await ExecuteAsync(session, Versions, limit.Token)).Trim());
        await session.CheckAsync(null, limit.Token);
        Assert.All(
            First(session).SelectMany(s => s.Checks),
            c => Assert.True(session.Current.Checks[c.Id].IsPassed, session.Current.Checks[c.Id].ToString())
        );
        Assert.True(session.Current.Checks["step-4-all-v1"].IsPassed);
    }

    private static IEnumerable<Section> First(ILessonSession session) =>
        session.Lesson.Sections.Where(s => s.Id is "step-1" or "step-2" or "step-3");

    private static async Task<ILessonSession> OpenAsync(ILessonSessions sessions, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(s_key, cancellationToken);
        await UntilAsync(
            session,
            s => s.Workspace.Phase == WorkspacePhase.Ready && s.Summary.Synced,
            cancellationToken
        );
        return session;
    }

    private static async Task<string> ExecuteAsync(
        ILessonSession session,
        string code,
        CancellationToken cancellationToken
    )
    {
        var run = await RunAsync(session, "step-1/path", code, cancellationToken);
        return string.Concat(run.Commands.Select(c => c.Output));
    }

    private static async Task<RunSnapshot> RunAsync(
        ILessonSession session,
        string block,
        string? code,
        CancellationToken cancellationToken
    )
    {
        var before = session.Current.Runs.GetValueOrDefault(block)?.RunId;
        await session.RunAsync(block, new RunOptions(Code: code), cancellationToken);
        var after = await UntilAsync(
            session,
            s => s.ActiveBlockId is null && s.Runs.GetValueOrDefault(block) is { } run && run.RunId != before,
            cancellationToken
        );
        var run = after.Runs[block];
        var output = string.Join('\n', run.Commands.Select(c => c.Output));
        Assert.True(run.Phase == RunPhase.Succeeded, $"{block}: {output}");
        return run;
    }

    private static async Task<SessionSnapshot> UntilAsync(
        ILessonSession session,
        Func<SessionSnapshot, bool> condition,
        CancellationToken cancellationToken
    )
    {
        await foreach (var snapshot in session.WatchAsync(cancellationToken))
            if (condition(snapshot))
                return snapshot;
        throw new InvalidOperationException("The session ended.");
    }

    private static async Task<string> ScreenAsync(ILessonSession session, CancellationToken cancellationToken)
    {
        await using var terminal = await session.AttachTerminalAsync(null, 120, 30, cancellationToken);
        await foreach (var data in terminal.Output.WithCancellation(cancellationToken))
            return Encoding.UTF8.GetString(data.Span);
        return "";
    }

    private sealed class WholePortal : PortalApplication
    {
        protected override string ContentRoot => Repository.PathOf("content");
    }
}
