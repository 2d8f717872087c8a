using System.Net;
using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Authoring;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Sandbox;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>
/// Ada's cluster and session fail at every seam there is, again and again, while Bob does the first steps of lesson
/// 20 in the same process: his come out as the lesson states, the log blames nobody but Ada, and hers go on once the
/// failing ends.
/// </summary>
public sealed class ChaosTests : IAsyncLifetime
{
    private const string Ada = "ada", Bob = "bob", Course = "kubernetes", Lesson = "20-service-mesh-istio";

    /// <summary>
    /// Each kind of work fails every third time that it is about to begin; requests less often, or kubectl, which
    /// makes a dozen, would get nothing done.
    /// </summary>
    private const int Often = 3, RequestsOften = 15;

    private static readonly string[] s_seams =
    [
        "map",
        "controller",
        "controllers' timer",
        "push",
        "compilation of the mesh",
        "request",
        "program",
        "probe",
        "postStart hook",
        "lease",
        "reset",
        "recorder",
        "grading",
        "cluster summary",
    ];

    private readonly TempDirectory _directory = new();
    private readonly ConcurrentDictionary<string, int> _begun = new();
    private readonly ConcurrentDictionary<string, int> _failed = new();
    private readonly FailureLog _log = new();
    private readonly FakeProgressRecorder _recorder = new();
    private volatile bool _failing = true;
    private SandboxServer _server = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                LoggerFactory = _log,
                Entering = Enter,
            },
            TestContext.Current.CancellationToken
        );
        var tools = Directory.CreateDirectory(Path.Combine(_directory.Path, "tools")).FullName;
        SandboxTools.WriteLaunchers(tools);
        SandboxTools.WriteDistribution(Directory.CreateDirectory(Path.Combine(_directory.Path, "template")).FullName);
        var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(_log)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IProgressRecorder>(new ChaoticRecorder(_recorder, Enter));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Portal:Content:Root", Repository.PathOf("content")),
            new("Portal:Labs:WorkspacesDirectory", Path.Combine(_directory.Path, "workspaces")),
        ]).Build());
        services.AddPortalLabs();
        services.RemoveAll<IClusterProvider>();
        services.AddSingleton<IClusterProvider>(new ChaoticProvider(_server, _directory.Path, Enter));
        _services = services.BuildServiceProvider();
        _services.GetRequiredService<LessonSessionFactory>().Entering = Enter;
    }

    public async ValueTask DisposeAsync()
    {
        _failing = false;
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Neighbour_OfAClusterThatFailsEverywhere_DoesTheLessonsFirstStepsAsStated()
    {
        var sessions = _services.GetRequiredService<ILessonSessions>();
        using var over = new CancellationTokenSource();
        var ada = AdaAsync(sessions, over.Token);
        var bob = await OpenAsync(sessions, Bob);
        var output = new StringWriter();

        var report = await new LessonTrial(
            bob,
            new(s => s is { Kind: SectionKind.Step, Number: 1 or 2 }, Checks: true),
            output,
            TimeProvider.System
        ).RunAsync(TestContext.Current.CancellationToken);
        var untouched = s_seams.ToHashSet();
        await Task.WhenAny(
            ada,
            Eventually.True(() => untouched.RemoveWhere(_failed.ContainsKey) >= 0 && untouched.Count == 0)
        );
        await over.CancelAsync();
        await ada;

        Assert.Empty(untouched);
        Assert.True(report is { NotStated: 0, Sections.Length: 2 } && report.Stated > 0, output.ToString());
        Assert.DoesNotContain(_log.Entries, e => e.Contains(Bob, StringComparison.Ordinal));
        await RecoverAsync(sessions);
    }

    /// <summary>Ada's session is opened and given work whatever becomes of it.</summary>
    private static async Task AdaAsync(ILessonSessions sessions, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                var session = await sessions.OpenAsync(new(Ada, Course, Lesson), over);
                var block = session.Lesson.Blocks.First(b => b.Runnable && b.RunsOn("sandbox"));
                await session.ResetAsync(over);
                await session.RunAsync(
                    block.Id,
                    new RunOptions(
                        Code: """
                        cat > chaos.yaml <<'EOF'
                        apiVersion: v1
                        kind: Pod
                        metadata: { name: probed }
                        spec:
                          containers:
                          - name: c
                            image: nginx
                            readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
                            lifecycle: { postStart: { exec: { command: [sh, -c, "echo hello"] } } }
                        EOF
                        for i in 1 2 3; do sed "s/probed/probed-$i/" chaos.yaml; echo ---; done > pods.yaml
                        for i in $(seq 20); do kubectl apply -f pods.yaml && break; done
                        for i in $(seq 20); do kubectl create deployment web --image=nginx --replicas=3 && break; done
                        kubectl wait --for=condition=Ready pod/probed-1 --timeout=3s
                        """
                    ),
                    over
                );
                await foreach (var snapshot in session.WatchAsync(over))
                    if (snapshot is { ActiveBlockId: null, Waiting.IsEmpty: true })
                        break;
                await session.CheckAsync(null, over);
                await sessions.CloseAsync(session.Key, over);
            }
            catch (Exception e)
                when (e is RunRefusedException or OperationCanceledException or ClusterUnavailableException)
            {
                // As her page would say it.
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    /// <summary>Once nothing fails any more, Ada's session works as if nothing had been.</summary>
    private async Task RecoverAsync(ILessonSessions sessions)
    {
        _failing = false;
        await sessions.CloseAsync(new(Ada, Course, Lesson), TestContext.Current.CancellationToken).DefaultTimeout();
        var session = await OpenAsync(sessions, Ada);
        await session.ResetAsync(TestContext.Current.CancellationToken).DefaultTimeout();
        await SessionFixture.Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready && s.Troubles.IsEmpty);
        var block = session.Lesson.Blocks.First(b => b.Runnable && b.RunsOn("sandbox"));
        var before = session.Current.Runs.GetValueOrDefault(block.Id)?.RunId;

        await session.RunAsync(
            block.Id,
            new RunOptions(
                Code: "kubectl create deployment web --image=nginx --replicas=2 "
                    + "&& kubectl rollout status deploy/web --timeout=60s"
            ),
            TestContext.Current.CancellationToken
        );

        var run = await SessionFixture.UntilRan(session, block.Id, before);
        Assert.True(run.Phase == RunPhase.Succeeded, string.Join('\n', run.Commands.Select(c => c.Output)));
    }

    private static async Task<ILessonSession> OpenAsync(ILessonSessions sessions, string learner)
    {
        var session = await sessions.OpenAsync(new(learner, Course, Lesson), TestContext.Current.CancellationToken);
        await SessionFixture.Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready && s.Summary.Synced);
        return session;
    }

    private void Enter(string owner, string work)
    {
        if (!_failing || !owner.Contains(Ada, StringComparison.Ordinal)) return;
        if (_begun.AddOrUpdate(work, 1, (_, n) => n + 1) % (work == "request" ? RequestsOften : Often) != 0) return;
        _failed.AddOrUpdate(work, 1, (_, n) => n + 1);
        throw new InvalidOperationException("chaos in " + work);
    }

    private sealed class ChaoticProvider(SandboxServer server, string files, Action<string, string> enter)
        : IClusterProvider
    {
        public string Name => "sandbox";

        public Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken) =>
            Task.FromResult(ClusterAvailability.Available);

        public Task<IClusterLease> LeaseAsync(
            ClusterKey key,
            IProgress<string> progress,
            CancellationToken cancellationToken
        )
        {
            enter(key.LearnerId, "lease");
            var cluster = server.GetOrCreate(key.LearnerId);
            return Task.FromResult<IClusterLease>(
                new Lease(
                    key,
                    cluster.Kubeconfig,
                    new ClusterEntrance(
                        cluster.Kubeconfig,
                        new(IPAddress.Loopback, server.Address.Port),
                        null,
                        cluster.Accept
                    ),
                    Path.Combine(files, "tools"),
                    Path.Combine(files, "template")
                )
            );
        }

        public Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
        {
            enter(key.LearnerId, "reset");
            server.Find(key.LearnerId)?.Reset();
            return Task.CompletedTask;
        }

        public Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken) =>
            server.DeleteAsync(key.LearnerId);

        private sealed record Lease(
            ClusterKey Key,
            string Kubeconfig,
            ClusterEntrance Entrance,
            string? ToolsDirectory,
            string? WorkspaceTemplate
        ) : IClusterLease
        {
            public string Provider => "sandbox";
            public ClusterCapabilities Capabilities { get; } = new(true, true, true);
            public ClusterPast Past => ClusterPast.New;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class ChaoticRecorder(IProgressRecorder inner, Action<string, string> enter) : IProgressRecorder
    {
        public Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
            Try(key, () => inner.LoadAsync(key, cancellationToken));

        public Task RecordSectionAsync(
            LessonSessionKey key,
            SectionRecord section,
            CancellationToken cancellationToken
        ) => Try(key, () => inner.RecordSectionAsync(key, section, cancellationToken));

        public Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken) =>
            Try(key, () => inner.RecordRunAsync(key, run, cancellationToken));

        public Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken) =>
            Try(key, () => inner.RecordCheckAsync(key, check, cancellationToken));

        private T Try<T>(LessonSessionKey key, Func<T> work)
        {
            enter(key.LearnerId, "recorder");
            return work();
        }
    }

    /// <summary>Keeps warnings and errors, whoever logs them.</summary>
    private sealed class FailureLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel)) Entries.Enqueue($"{formatter(state, exception)} {exception?.Message}");
        }

        public void Dispose()
        {
        }
    }
}
