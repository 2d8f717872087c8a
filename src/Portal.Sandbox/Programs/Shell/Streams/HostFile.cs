using System.Threading.Channels;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A standard stream that leads out of the container: to a client, a console or the log.</summary>
internal sealed class HostFile(ChannelReader<byte[]>? input, Func<ReadOnlyMemory<byte>, Task>? output, bool terminal)
    : OpenFile
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ReadOnlyMemory<byte> _rest;

    public override bool IsTerminal => terminal;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (input is null) throw new FileException("Bad file descriptor");
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (_rest.IsEmpty)
            {
                if (!await input.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
                if (input.TryRead(out var chunk)) _rest = chunk;
            }
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (output is null) throw new FileException("Bad file descriptor");
        try
        {
            await output(data).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The client is gone.
            throw new BrokenPipeException();
        }
    }
}
