using System.Collections.Immutable;
using System.Net.Sockets;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// A learner's shells and files for one lesson. When the main shell, in which blocks run, ends (<c>exit</c>, or it had
/// to be killed) another one is started, again and again with growing pauses when that fails; terminals stay attached.
/// Thread-safe.
/// </summary>
internal sealed class Workspace : IAsyncDisposable
{
    private readonly WorkspaceSpec _spec;
    private readonly IWorkspacePlace _place;
    private readonly ShellStarter _starter;
    private readonly Guarded _guarded;
    private readonly TimeProvider _time;
    private readonly ShellScreen _screen;
    private readonly WorkspaceActivity _activity;
    private readonly HomeLimit _home;
    private readonly TypedCommands _typed = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _supervision = Task.CompletedTask;

    /// <summary>Set before anybody else has the workspace.</summary>
    private volatile InteractiveShell _shell = null!;
    private volatile TaskCompletionSource<bool> _replacement = NewReplacement();
    private Task? _disposal;

    /// <summary>Whether terminals know that there is a new shell; once, however often it takes to start one.</summary>
    private bool _told;

    private Workspace(WorkspaceSpec spec, IWorkspacePlace place, string bash, Guarded guarded, TimeProvider time)
    {
        _spec = spec;
        _place = place;
        _starter = new ShellStarter(spec, place, bash, guarded, time);
        _screen = new ShellScreen(Type, size => _shell.Resize(size.Columns, size.Rows));
        Sides = new SideShells(_starter, guarded);
        _guarded = guarded;
        _time = time;
        _activity = new WorkspaceActivity(spec, place, () => Sides.AreBusy, guarded);
        _home = new HomeLimit(spec, place, IsBusy, guarded, time);
        _home.Changed += TellOfHome;
        First = new FirstMoments(place, guarded);
        Sides.Typing += BeforeTyping;
        Sides.Typing += _ => _activity.Watch();
        Sides.Changed += _activity.ReadPorts;
        Sides.Prompted += AfterSideLine;
        Files = new HomeFiles(WorkspaceFiles.Home(spec), spec.LessonId, place.User, _home, guarded);
    }

    /// <summary>The shells beside the main one.</summary>
    public SideShells Sides { get; }

    /// <summary>As the shell knows it.</summary>
    public string LessonDirectory => _place.Paths.Lesson;

    /// <summary>The learner's manifests.</summary>
    public HomeFiles Files { get; }

    public ImmutableArray<BackgroundJob> Jobs => _activity.Jobs;

    /// <summary>Raised on a pool thread after <see cref="Jobs"/> has changed.</summary>
    public event Action? JobsChanged
    {
        add => _activity.JobsChanged += value;
        remove => _activity.JobsChanged -= value;
    }

    /// <summary>TCP ports that the workspace's programs listen on, in order.</summary>
    public ImmutableArray<int> Ports => _activity.Ports;

    /// <summary>Raised on a pool thread after <see cref="Ports"/> has changed.</summary>
    public event Action? PortsChanged
    {
        add => _activity.PortsChanged += value;
        remove => _activity.PortsChanged -= value;
    }

    /// <summary>Raised on the reading task after a line that a terminal typed has ended.</summary>
    public event Action<TypedCommand>? CommandTyped;

    /// <summary>Begun by whoever runs something that a learner has just asked for.</summary>
    public FirstMoments First { get; }

    /// <summary>Raised when a terminal types.</summary>
    public event Action? Typing;

    /// <inheritdoc cref="HomeLimit.Changed"/>
    public event Action<string?>? HomeChanged
    {
        add => _home.Changed += value;
        remove => _home.Changed -= value;
    }

    /// <summary>A connection to a port of the workspace.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken) =>
        _place.ConnectAsync(port, cancellationToken);

    /// <summary>
    /// Raised on a pool thread when the shell ended and cannot be started again, with the reason; and with null when
    /// there is one again.
    /// </summary>
    public event Action<WorkspaceException?>? ShellChanged;

    /// <summary>Prepares the files and starts the shell; returns when it shows its first prompt.</summary>
    /// <exception cref="WorkspaceException">A program is missing, or the directory cannot be used.</exception>
    public static async Task<Workspace> CreateAsync(
        WorkspaceSpec spec,
        IWorkspaceIsolation isolation,
        Guarded guarded,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (isolation.Check() is { } problem) throw problem;
        var bash = ShellStarter.FindBash(spec);
        Workspace? workspace = null;
        try
        {
            WorkspaceFiles.Prepare(spec);
            var place = isolation.Prepare(spec, guarded);
            workspace = new Workspace(spec, place, bash, guarded, time);
            if (spec.Nap is { } nap) workspace._screen.Hub.Publish(nap.Wake(spec, place.Paths, time.GetUtcNow()));
            await workspace.StartAsync(cancellationToken).ConfigureAwait(false);
            WorkspaceNap.Forget(spec);
            return workspace;
        }
        catch (Exception e)
        {
            if (workspace is not null) await workspace.DisposeAsync().ConfigureAwait(false);
            if (e is IOException or UnauthorizedAccessException or ShellEndedException)
            {
                throw new WorkspaceException($"The workspace could not be started: {e.Message}", $"Check that {spec.Directory} can be written, or set Portal:Labs:WorkspacesDirectory to a directory that can.", e);
            }
            throw;
        }
    }

    /// <summary>Runs one complete command in the shell; see <see cref="InteractiveShell.ExecuteAsync"/>.</summary>
    public async Task<CommandOutcome> ExecuteAsync(
        string command,
        TimeSpan timeout,
        MarkerParser.TextHandler output,
        CancellationToken stop
    )
    {
        _home.Watch();
        while (true)
        {
            var replacement = _replacement;
            var shell = _shell;
            try
            {
                return await shell.ExecuteAsync(command, timeout, output, stop).ConfigureAwait(false);
            }
            catch (ShellEndedException)
            {
                // It ended before the command could start; the supervisor is about to put another in its place.
                if (!await ReplacedAsync(replacement.Task, timeout, stop).ConfigureAwait(false))
                    return new(stop.IsCancellationRequested ? RunPhase.Stopped : RunPhase.Failed, null);
            }
        }
    }

    /// <param name="sideId">Of a shell beside the main one; null for the main one.</param>
    /// <exception cref="RunRefusedException">That shell has ended.</exception>
    public ShellScreen ScreenOf(string? sideId) => sideId is null ? _screen : Sides.ScreenOf(sideId);

    public void StopJob(int number) => _activity.Stop(number);

    /// <summary>Keeps what the terminal shows and what runs, for when its learner returns; before it ends.</summary>
    public void Nap(string? why) =>
        WorkspaceNap.Save(
            _spec.Directory,
            _time.GetUtcNow(),
            [.. Jobs.Select(j => j.Command), .. Sides.Terminals.Select(t => t.Title)],
            _place.Paths.Search,
            _screen.Hub.Recent(),
            why
        );

    public ValueTask DisposeAsync() => new(_disposal ??= DisposeOnceAsync());

    private async Task DisposeOnceAsync()
    {
        var ending = new Ending(_time);
        await _closing.CancelAsync().ConfigureAwait(false);
        _replacement.TrySetResult(false);
        await ending.PartAsync("background jobs", _activity.DisposeAsync).ConfigureAwait(false);
        await ending.PartAsync("home limit", _home.DisposeAsync).ConfigureAwait(false);
        First.Dispose();
        await ending.PartAsync("side shells", Sides.DisposeAsync).ConfigureAwait(false);
        if (_shell is not null) await ending.PartAsync("shell", () => _shell.DisposeAsync()).ConfigureAwait(false);
        await ending.PartAsync("supervision", () => new(_supervision)).ConfigureAwait(false);
        // One that was just being started while the first was ended.
        if (_shell is not null) await ending.PartAsync("next shell", () => _shell.DisposeAsync()).ConfigureAwait(false);
        await ending.PartAsync("processes", _place.DisposeAsync).ConfigureAwait(false);
        ending.Part("terminals", _screen.Hub.Complete);
        ending.ThrowIfFailed();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        First.Begin();
        _shell = await StartShellAsync().ConfigureAwait(false);
        _supervision = _guarded.Keep("shell", SuperviseAsync, _closing.Token, ShellFailed);
        await _shell.WaitReadyAsync(cancellationToken).ConfigureAwait(false);
        First.Over();
    }

    private async Task<InteractiveShell> StartShellAsync()
    {
        var shell = await _starter.StartAsync(_screen).ConfigureAwait(false);
        shell.Prompted += AfterLine;
        _home.Watch();
        return shell;
    }

    private async Task SuperviseAsync(CancellationToken closing)
    {
        while (true)
        {
            var ended = _shell;
            // The end of the workspace does not wait for a shell that came while it began; it ends that one itself.
            await ended.Exited.WaitAsync(closing).ConfigureAwait(false);
            await ended.DisposeAsync().ConfigureAwait(false);
            closing.ThrowIfCancellationRequested();
            _activity.Clear();
            if (!_told) _screen.Say("2", "The shell ended; this is a new one.");
            _told = true;
            var next = _shell = await StartShellAsync().ConfigureAwait(false);
            var replaced = _replacement;
            _replacement = NewReplacement();
            if (closing.IsCancellationRequested) _replacement.TrySetResult(false);
            replaced.TrySetResult(true);
            // One that ends before it shows a prompt is the next failure, not the next shell.
            await next.WaitReadyAsync(closing).ConfigureAwait(false);
            _told = false;
            ShellChanged?.Invoke(null);
        }
    }

    private void ShellFailed(Exception e) =>
        ShellChanged?.Invoke(
            new(
                "The shell ended and cannot be started again; the portal keeps trying.",
                "Reset the cluster to get a fresh workspace.",
                e));

    private async Task<bool> ReplacedAsync(Task<bool> replaced, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            return await replaced.WaitAsync(timeout, _time, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource<bool> NewReplacement() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AfterLine(PromptReport prompt)
    {
        _activity.Read();
        if (_typed.Read(prompt) is { } typed) CommandTyped?.Invoke(typed);
    }

    private void AfterSideLine(TypedCommand? typed)
    {
        _activity.ReadPorts();
        if (typed is not null) CommandTyped?.Invoke(typed);
    }

    /// <summary>A main shell that is being started may write too.</summary>
    private bool IsBusy() => _shell is not { IsAtPrompt: true } || Sides.AreBusy || _place.RunsPrograms;

    private void TellOfHome(string? problem)
    {
        _screen.Say("1;33", problem ?? "There is room in your home again. This is a new shell.");
        _told = true;
    }

    private bool Type(ReadOnlyMemory<byte> input)
    {
        BeforeTyping(input);
        return _shell.Type(input.Span);
    }

    private void BeforeTyping(ReadOnlyMemory<byte> input)
    {
        _home.Watch();
        if (input.Span.Contains((byte)'\r')) First.Begin();
        Typing?.Invoke();
    }
}
