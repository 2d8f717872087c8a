using Portal.Labs.Sessions;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>A shell beside the main one, and its terminal. When it has ended nothing follows. Thread-safe.</summary>
internal sealed class SideShell
{
    private readonly TypedCommands _typed = new();

    /// <summary>Set before anybody else has it.</summary>
    private InteractiveShell _shell = null!;

    private SideShell(int number)
    {
        Terminal = new SideTerminal(Guid.NewGuid().ToString("n"), number);
        Screen = new ShellScreen(Type, size => _shell.Resize(size.Columns, size.Rows));
    }

    public SideTerminal Terminal { get; }
    public ShellScreen Screen { get; }

    /// <summary>Completes when the shell is gone from where it was open; set by who opens it.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>Raised before something is typed.</summary>
    public event Action<ReadOnlyMemory<byte>>? Typing;

    /// <summary>Raised on the reading task, at each prompt, with the line that was typed before it, if any.</summary>
    public event Action<TypedCommand?>? Prompted;

    /// <summary>Whether something runs in it.</summary>
    public bool IsBusy => !_shell.IsAtPrompt && !_shell.Exited.IsCompleted;

    /// <exception cref="IOException">It could not be started.</exception>
    public static async Task<SideShell> StartAsync(ShellStarter starter, int number)
    {
        var side = new SideShell(number);
        var shell = side._shell = await starter.StartBesideAsync(side.Screen, number).ConfigureAwait(false);
        shell.Prompted += prompt => side.Prompted?.Invoke(side._typed.Read(prompt));
        return side;
    }

    /// <summary>Completes when the shell has ended, of itself or by <see cref="EndAsync"/>, and terminals have seen it
    /// all.</summary>
    public async Task FollowAsync()
    {
        await _shell.Exited.ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        Screen.Hub.Complete();
    }

    /// <summary>Ends the shell and what it started.</summary>
    public ValueTask EndAsync() => _shell.DisposeAsync();

    private bool Type(ReadOnlyMemory<byte> input)
    {
        Typing?.Invoke(input);
        return _shell.Type(input.Span);
    }
}
