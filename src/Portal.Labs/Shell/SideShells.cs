using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// The shells that a learner opens beside the main one, each with a terminal of its own: in the same place, with the
/// same files and the same network, in the lesson's directory, with the variables that the main shell had exported at
/// its last prompt. One that ends, by <c>exit</c> or because it had to be killed, is closed and harms only itself;
/// nothing is started in its place. They do not outlive the workspace, and none is kept while it sleeps. Thread-safe.
/// </summary>
internal sealed class SideShells(ShellStarter starter, Guarded guarded) : IAsyncDisposable
{
    /// <summary>One is opened at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableArray<SideShell> _open = [];
    private bool _isOver;

    /// <summary>Those that are open, by number.</summary>
    public ImmutableArray<SideTerminal> Terminals => [.. _open.Select(s => s.Terminal).OrderBy(t => t.Number)];

    public bool AreBusy => _open.Any(s => s.IsBusy);

    /// <summary>Raised after <see cref="Terminals"/> has changed.</summary>
    public event Action? Changed;

    /// <summary>Raised before something is typed in one of them.</summary>
    public event Action<ReadOnlyMemory<byte>>? Typing;

    /// <inheritdoc cref="SideShell.Prompted"/>
    public event Action<TypedCommand?>? Prompted;

    /// <exception cref="RunRefusedException">There are as many as there may be, or it could not be started.</exception>
    public async Task<SideTerminal> OpenAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOver)
                throw new RunRefusedException("The workspace is ending. Try again when there is a new one.");
            if (_open.Length >= SideTerminal.Limit)
            {
                throw new RunRefusedException(
                    $"There are {SideTerminal.Limit + 1} terminals, and no more at once. "
                        + "Close one that you do not need."
                );
            }
            var number = Enumerable.Range(2, SideTerminal.Limit).First(n => _open.All(s => s.Terminal.Number != n));
            var side = await SideShell.StartAsync(starter, number).ConfigureAwait(false);
            side.Typing += input => Typing?.Invoke(input);
            side.Prompted += typed => Prompted?.Invoke(typed);
            ImmutableInterlocked.Update(ref _open, open => open.Add(side));
            side.Ended = guarded.Start(
                "side shell",
                side.FollowAsync,
                () =>
                {
                    ImmutableInterlocked.Update(ref _open, open => open.Remove(side));
                    Changed?.Invoke();
                }
            );
            Changed?.Invoke();
            return side.Terminal;
        }
        catch (IOException e)
        {
            guarded.Failed(e, "open side shell", null);
            throw new RunRefusedException("Another terminal could not be started. Close one, or try again later.");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends one; without effect when it has ended.</summary>
    public async Task CloseAsync(string id)
    {
        if (Find(id) is not { } side) return;
        await side.EndAsync().ConfigureAwait(false);
        await side.Ended.ConfigureAwait(false);
    }

    /// <exception cref="RunRefusedException">It is closed.</exception>
    public ShellScreen ScreenOf(string id) =>
        Find(id)?.Screen ?? throw new RunRefusedException("This terminal was closed. Open another one.");

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _isOver = true;
        _turn.Release();
        await Task.WhenAll(_open.Select(s => CloseAsync(s.Terminal.Id))).ConfigureAwait(false);
    }

    private SideShell? Find(string id) => _open.FirstOrDefault(s => s.Terminal.Id == id);
}
