using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>A terminal on a workspace's shell.</summary>
internal sealed class TerminalAttachment(
    TerminalHub.Reader reader,
    Func<TerminalSize> size,
    Func<ReadOnlyMemory<byte>, bool> type,
    Action<TerminalSize> resize
) : ITerminalAttachment
{
    public TerminalSize Size => size();

    public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => reader.ReadAllAsync();

    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        ValueTask.FromResult(type(input));

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        resize(new(columns, rows));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
