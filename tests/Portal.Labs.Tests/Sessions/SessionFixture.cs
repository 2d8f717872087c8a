using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Clusters;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Tests.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Sessions with real shells on a cluster and a store that the test drives.</summary>
public abstract class SessionFixture : IAsyncLifetime
{
    private const string LessonText = """
        # A lesson

        ### Step 1: Look

        ```bash {name=look}
        echo one
        echo $LESSON_DIR
        ```

        ```bash {name=elsewhere on=kind}
        false
        ```

        ### Step 2: Make

        ```predict
        id: expect
        question: What is made?
        choices: { much: Much, little: Little }
        answer: little
        because: It is a test.
        ```

        ```bash {name=make}
        echo make
        ```

        ```checks
        - id: thing
          title: There is a namespace
          points: 3
          resource: { apiVersion: v1, kind: Namespace, name: shop }
          hint: Make it.
        ```

        ### Exercise 1: Answer

        ```checks
        - id: question
          title: A question
          answer: { question: "Which?", accept: [right] }
          hint: Not the left one.
        ```

        ## Troubleshooting

        ### A namespace is gone

        ```checks
        - id: gone
          title: It was gone
          once: true
          after: thing
          points: 0
          resource: { apiVersion: v1, kind: Namespace, name: shop, absent: true }
          hint: Delete it.
        ```

        ## Cleanup

        ```bash {name=clean}
        echo clean
        ```
        """;

    internal const string Namespaces = "api/v1/namespaces";
    internal static readonly LessonSessionKey Key = new("ada", "c", "l");

    private readonly TempDirectory _directory = new();
    private ServiceProvider _services = null!;

    internal FakeProgressRecorder Recorder { get; } = new();
    internal FakeLimits Limits { get; } = new();
    internal SwitchedIsolation Isolation { get; } = new();
    internal FakeApiServer Server { get; private set; } = null!;
    internal FakeClusterProvider Provider { get; private set; } = null!;
    internal LessonSessions Sessions => _services.GetRequiredService<LessonSessions>();
    internal LessonSessionFactory Factory => _services.GetRequiredService<LessonSessionFactory>();
    internal string Root => _directory.Path;
    internal string Unsaved => Path.Combine(_directory.Path, "unsaved");

    /// <summary>Fails the guarded work that a test wants to fail, by throwing.</summary>
    internal Action<string, string>? Entering { get; set; }

    protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>What the test wants to be configured besides.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string?>> Settings => [];

    internal virtual IMachine Machine => Labs.Capacity.Machine.This;
    internal ISessionAdmission Admissions => _services.GetRequiredService<ISessionAdmission>();

    public virtual async ValueTask InitializeAsync()
    {
        _directory.Write("content/c/l/lesson.md", LessonText);
        _directory.Write("content/c/other/lesson.md", "# Another lesson\n\n### Step 1: Read\n");
        var kubectl = _directory.Write("tools/kubectl", "#!/bin/sh\necho kubectl\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Server = await FakeApiServer.StartAsync();
        Provider = new FakeClusterProvider(Server.Kubeconfig)
        {
            ToolsDirectory = Path.Combine(_directory.Path, "tools"),
        };
        _services = NewServices();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Recorder.Release();
        Provider.Release();
        await _services.DisposeAsync();
        await Server.DisposeAsync();
        _directory.Dispose();
    }

    private ServiceProvider NewServices()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton(Time);
        services.AddSingleton<IProgressRecorder>(Recorder);
        services.AddSingleton<ISessionLimits>(Limits);
        services.AddSingleton<IWorkspaceIsolation>(Isolation);
        services.AddSingleton(Machine);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Portal:Content:Root", Path.Combine(_directory.Path, "content")),
            new("Portal:Labs:WorkspacesDirectory", Path.Combine(_directory.Path, "workspaces")),
            new("Portal:Labs:UnsavedDirectory", Unsaved),
            new("Portal:Labs:Isolation", Isolation.Name),
            .. Settings,
        ]).Build());
        services.AddPortalLabs();
        services.RemoveAll<IClusterProvider>();
        services.AddSingleton<IClusterProvider>(Provider);
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<LessonSessionFactory>().Entering = (owner, work) => Entering?.Invoke(owner, work);
        return provider;
    }

    /// <summary>The process ends, and another begins on the same files and store.</summary>
    internal async Task RestartAsync()
    {
        await _services.DisposeAsync();
        _services = NewServices();
    }

    internal async Task<ILessonSession> OpenAsync(bool ready = true, LessonSessionKey? key = null)
    {
        if (ready) Provider.Ready.TrySetResult();
        var session = await Sessions.OpenAsync(key ?? Key, CancellationToken.None).DefaultTimeout();
        if (ready) await Until(session, s => s.Workspace.Phase == WorkspacePhase.Ready && s.Summary.Synced);
        return session;
    }

    internal static async Task<SessionSnapshot> Until(ILessonSession session, Func<SessionSnapshot, bool> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        try
        {
            await foreach (var snapshot in session.WatchAsync(limit.Token))
            {
                if (condition(snapshot)) return snapshot;
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below with the state that it hangs in.
        }
        throw new InvalidOperationException(
            $"Not reached: {session.Current}; cluster {session.Current.Cluster}; workspace "
                + $"{session.Current.Workspace}; checks {string.Join(' ', session.Current.Checks.Values)}"
        );
    }

    /// <summary>The latest run of a block once it has ended.</summary>
    internal static async Task<RunSnapshot> UntilRan(ILessonSession session, string blockId, string? after = null) =>
        (
            await Until(
                session,
                s =>
                    s.Runs.TryGetValue(blockId, out var r)
                    && r.Phase is not (RunPhase.Running or RunPhase.Waiting)
                    && r.RunId != after
                    && s.ActiveBlockId is null
            )
        ).Runs[blockId];

    internal async Task AddNamespaceAsync(string name)
    {
        await Eventually.True(() => Server.Watches.ContainsKey(Namespaces));
        Server.Send(Namespaces, "ADDED", $"{{'metadata':{{'name':'{name}','resourceVersion':'7','uid':'u'}}}}");
    }
}
