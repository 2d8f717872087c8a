using System.Text;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// A bash on a pseudo terminal that takes commands from a runner and from terminals. The runner types a short line that
/// makes bash evaluate the command it left in a file; output and status are found by marks in the stream.
/// </summary>
internal sealed class InteractiveShell : IAsyncDisposable
{
    /// <summary>
    /// How long each attempt to end a command may take. bash loses a Ctrl-C that comes while it starts a program, so
    /// there are two.
    /// </summary>
    private static readonly TimeSpan[] s_grace =
        [TimeSpan.FromMilliseconds(700), TimeSpan.FromMilliseconds(1300), TimeSpan.FromSeconds(6)];

    private const byte CtrlC = 3;

    /// <summary>For bash to take a line that was typed for it.</summary>
    private static readonly TimeSpan s_typing = TimeSpan.FromSeconds(3);

    private readonly PtySession _pty;
    private readonly TerminalHub _hub;
    private readonly CommandFile _commands;
    private readonly Guarded _guarded;
    private readonly Patience _patience;
    private readonly MarkerParser _parser;
    private readonly SealedChannel _seal;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly Task _pump;
    private readonly ShellPrompt _prompt = new();
    private readonly TypedLine _typed = new();
    private ActiveCommand? _active;
    private long _lastId;

    /// <summary>The process group of bash itself, which has the terminal when the first prompt is shown.</summary>
    private volatile int _shellGroup;
    private bool _ended;

    private InteractiveShell(StartedShell started, string input, TerminalHub hub, Guarded guarded, TimeProvider time)
    {
        _pty = started.Pty;
        _seal = started.Seal;
        _parser = new MarkerParser(started.Tag);
        _hub = hub;
        _commands = new CommandFile(input);
        _patience = new(time);
        _guarded = guarded;
        _pump = guarded.Keep("terminal output", _ => PumpAsync(), CancellationToken.None);
    }

    /// <summary>Completes when bash has ended, with its exit status.</summary>
    public Task<int> Exited => _pty.Exited;

    /// <summary>Raised on the reading task each time the shell is back at its prompt.</summary>
    public event Action<PromptReport>? Prompted;

    public bool IsAtPrompt => _prompt.IsShown;

    /// <param name="start">Makes the start information from the descriptors that the child is to have as 3 and 4: the
    /// start-up file and its end of the sealed channel.</param>
    /// <param name="input">Directory on this machine that the shell reads commands from.</param>
    public static async Task<InteractiveShell> StartAsync(
        Func<IReadOnlyList<int>, PtyStartInfo> start,
        ShellPaths paths,
        string input,
        TerminalHub hub,
        Guarded guarded,
        TimeProvider time
    )
    {
        var started = await ShellStartup.RunAsync(start, paths, guarded).ConfigureAwait(false);
        return new InteractiveShell(started, input, hub, guarded, time);
    }

    /// <summary>What a terminal typed; see <see cref="PtySession.Write"/>.</summary>
    public bool Type(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return true;
        _prompt.Type(input);
        if (input.Contains(CtrlC)) lock (_gate) _active?.Interrupt();
        return _pty.Write(input);
    }

    public void Resize(int columns, int rows) => _pty.Resize(columns, rows);

    /// <summary>Waits for the first prompt.</summary>
    public Task WaitReadyAsync(CancellationToken cancellationToken) => _prompt.WaitAsync(Exited, cancellationToken);

    /// <summary>
    /// Runs one complete command. Cancelling interrupts the command and returns <see cref="RunPhase.Stopped"/>; this
    /// method throws only when the shell has ended before the command could start.
    /// </summary>
    /// <param name="output">Called on the reading task with what the command prints.</param>
    public async Task<CommandOutcome> ExecuteAsync(string command, TimeSpan timeout, MarkerParser.TextHandler output, CancellationToken stop)
    {
        var held = false;
        ActiveCommand active;
        try
        {
            await _turn.WaitAsync(stop).ConfigureAwait(false);
            held = true;
            await _prompt.WaitAsync(Exited, stop).ConfigureAwait(false);
            await ClearLineAsync(stop).ConfigureAwait(false);
            active = new ActiveCommand(Interlocked.Increment(ref _lastId), output);
            await _commands.WriteAsync(active.Id, command, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (held) _turn.Release();
            return new(RunPhase.Stopped, null);
        }
        catch
        {
            if (held) _turn.Release();
            throw;
        }
        try
        {
            lock (_gate)
            {
                // The prompt may have been the last thing it did.
                if (_ended) throw new ShellEndedException();
                _active = active;
            }
            _prompt.Leave();
            TypeLine();
            var typing = TypeAgainAsync(active);
            var outcome = await FinishAsync(active, timeout, stop).ConfigureAwait(false);
            await typing.ConfigureAwait(false);
            return outcome;
        }
        finally
        {
            lock (_gate) _active = null;
            _turn.Release();
        }
    }

    private void TypeLine() => _pty.Write(Encoding.ASCII.GetBytes(ShellStartup.Line), always: true);

    /// <summary>A Ctrl-C that came late takes the line with it: it is typed again. Twice does no harm.</summary>
    private async Task TypeAgainAsync(ActiveCommand active)
    {
        while (true)
        {
            try
            {
                await active.Begun.WaitAsync(s_typing, _patience.Time).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException)
            {
                TypeLine();
            }
        }
    }

    private async Task<CommandOutcome> FinishAsync(ActiveCommand active, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            var status = await _patience.WaitAsync(active.Ended, timeout, stop).ConfigureAwait(false);
            return CommandOutcome.Of(status, null);
        }
        catch (OperationCanceledException)
        {
            return await InterruptAsync(active, RunPhase.Stopped).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return await InterruptAsync(active, RunPhase.TimedOut).ConfigureAwait(false);
        }
    }

    /// <summary>Ctrl-C, then the foreground job is killed, then the shell.</summary>
    private async Task<CommandOutcome> InterruptAsync(ActiveCommand active, RunPhase phase)
    {
        Withdraw(active);
        for (var attempt = 0; attempt < s_grace.Length; attempt++)
        {
            var group = _pty.ForegroundGroup();
            // The signal after the key: the other way round the key would reach the prompt and clear what is typed.
            _pty.Write([CtrlC]);
            if (attempt > 1 && group > 0 && group != _shellGroup) _ = LibC.Kill(-group, LibC.SigKill);
            try
            {
                var status = await _patience.WaitAsync(active.Ended, s_grace[attempt], default).ConfigureAwait(false);
                return CommandOutcome.Of(status, phase);
            }
            catch (TimeoutException)
            {
                // It holds out against the signal: the next attempt is harder.
            }
        }
        ProcessTree.KillSession(_pty.ProcessId);
        return CommandOutcome.Of(await active.Ended.ConfigureAwait(false), phase);
    }

    /// <summary>A command that has not begun is not to begin any more; the next prompt is its end.</summary>
    private void Withdraw(ActiveCommand active)
    {
        lock (_gate)
        {
            if (!active.Withdraw()) return;
        }
        _commands.Empty();
    }

    /// <summary>A half-typed line, an open quote or a history search of the learner's must not become part of the command.</summary>
    private async Task ClearLineAsync(CancellationToken cancellationToken)
    {
        if (!_prompt.TryClear()) return;
        while (true)
        {
            _pty.Write([CtrlC]);
            try
            {
                await _prompt
                    .WaitAsync(Exited, cancellationToken)
                    .WaitAsync(s_grace[0], _patience.Time, cancellationToken)
                    .ConfigureAwait(false);
                return;
            }
            catch (TimeoutException)
            {
                // bash was between two lines and lost it: once more.
            }
        }
    }

    private async Task PumpAsync()
    {
        await foreach (var chunk in _pty.Output.ReadAllAsync().ConfigureAwait(false))
        {
            _parser.Feed(chunk, OnText, OnMarker);
        }
        lock (_gate)
        {
            _ended = true;
            _active?.End(null);
        }
    }

    private void OnText(ReadOnlySpan<byte> text)
    {
        ActiveCommand? active;
        lock (_gate) active = _active;
        active?.Print(text);
        _typed.Print(text);
        _hub.Publish(text.ToArray());
    }

    private void OnMarker(string[] fields)
    {
        switch (fields)
        {
            case ["R"]:
                if (_shellGroup == 0) _shellGroup = _pty.ForegroundGroup();
                lock (_gate) _active?.Shown();
                _prompt.Show();
                break;
            case ["C"]:
                _prompt.Continue();
                break;
            case ["X"]:
                _prompt.Leave();
                _typed.Begin();
                break;
            // A learner can make bash print anything: what is no number is no mark.
            case ["B", var text] when MarkerParser.Number(text) is { } id:
                _typed.Forget();
                lock (_gate) _active?.Start(id);
                break;
            case ["E", var text, var last, .. var history]
                when MarkerParser.Number(text) is { } id
                    && MarkerParser.Number(last) is { } status
                    && _seal.WasSaid(ShellStartup.Seal(id, status)):
                var report = _typed.End(own: id == 0, status, string.Join(';', history));
                if (Prompted is { } prompted) _guarded.Invoke("job table", () => prompted(report));
                lock (_gate) _active?.Prompt(id, status);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pty.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        _seal.Dispose();
    }
}
