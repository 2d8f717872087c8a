using System.Collections.Concurrent;
using System.Threading.Channels;
using Portal.Labs.Sessions;

namespace Portal.Testing.Lessons;

/// <summary>Its terminals, which a test writes to and reads.</summary>
public sealed partial class FakeLessonSession
{
    private readonly FakeTerminal _first = new();
    public Channel<ReadOnlyMemory<byte>> TerminalOutput => _first.Output;
    public Channel<ReadOnlyMemory<byte>> TerminalInput => _first.Input;

    public TerminalSize TerminalSize { get; set; } = new(80, 24);

    /// <summary>Whether the terminal takes no more input.</summary>
    public bool TerminalFull { get; set; }

    /// <summary>Terminals beside the first that were opened, by id.</summary>
    public ConcurrentDictionary<string, FakeTerminal> Sides { get; } = new(StringComparer.Ordinal);

    public Task<ITerminalAttachment> AttachTerminalAsync(
        string? terminalId,
        int columns,
        int rows,
        CancellationToken cancellationToken
    ) => Task.FromResult<ITerminalAttachment>(new Attachment(this, TerminalOf(terminalId)));

    public async Task<string> OpenTerminalAsync(CancellationToken cancellationToken)
    {
        await Note("open terminal");
        if (Refuse is { } message) throw new RunRefusedException(message);
        var number = Enumerable.Range(2, SideTerminal.Limit).First(n => Current.Terminals.All(t => t.Number != n));
        var terminal = new SideTerminal(Guid.NewGuid().ToString("n"), number);
        Sides[terminal.Id] = new FakeTerminal();
        Push(s => s with { Terminals = [.. s.Terminals.Append(terminal).OrderBy(t => t.Number)] });
        return terminal.Id;
    }

    public Task CloseTerminalAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (Sides.TryRemove(terminalId, out var side)) side.Output.Writer.TryComplete();
        Push(s => s with { Terminals = s.Terminals.RemoveAll(t => t.Id == terminalId) });
        return Note("close terminal");
    }

    public Task<ITerminalAttachment> AttachGuestAsync(
        string guestId,
        string? terminalId,
        CancellationToken cancellationToken
    )
    {
        Note($"attach {guestId}");
        return Task.FromResult<ITerminalAttachment>(new Attachment(this, TerminalOf(terminalId), guestId));
    }

    private FakeTerminal TerminalOf(string? terminalId) =>
        terminalId is null ? _first
        : Sides.TryGetValue(terminalId, out var side) ? side
        : throw new RunRefusedException("This terminal was closed.");

    private sealed class Attachment(FakeLessonSession session, FakeTerminal terminal, string? guestId = null)
        : ITerminalAttachment
    {
        public TerminalSize Size => session.TerminalSize;
        public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => terminal.Output.Reader.ReadAllAsync();
        public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
        {
            if (session.TerminalFull) return false;
            if (guestId is not null && !session.Current.Guests.Any(g => g.Id == guestId && g.MayType))
                throw new RunRefusedException("You can look on. Ask to join in before you type.");
            await terminal.Input.Writer.WriteAsync(input, cancellationToken);
            return true;
        }

        public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            if (guestId is not null) await session.EndGuestAsync(guestId, CancellationToken.None);
        }
    }
}

/// <summary>A terminal whose output a test writes, and whose input it reads.</summary>
public sealed class FakeTerminal
{
    public Channel<ReadOnlyMemory<byte>> Output { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    public Channel<ReadOnlyMemory<byte>> Input { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
}
