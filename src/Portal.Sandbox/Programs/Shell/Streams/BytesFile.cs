namespace Portal.Sandbox.Programs.Shell;

/// <summary>Bytes to read, such as those of a here document.</summary>
internal sealed class BytesFile(ReadOnlyMemory<byte> content) : OpenFile
{
    private int _position;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = Math.Min(buffer.Length, content.Length - _position);
        content.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return new(count);
    }
}
