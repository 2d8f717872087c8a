namespace Portal.Sandbox.Programs.Shell;

/// <summary>An open file with its position.</summary>
internal sealed class RegularFile : OpenFile
{
    private readonly FileNode? _node;
    private readonly byte[] _content;
    private readonly TimeProvider _time;
    private readonly bool _append;
    private readonly bool _writes;
    private long _position;

    public RegularFile(FileNode? node, byte[] content, TimeProvider time, bool writes, bool append)
    {
        (_node, _content, _time, _writes, _append) = (node, content, time, writes, append);
        node?.Open();
    }

    public long Position
    {
        get => _position;
        set => _position = value;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = _node?.Read(_position, buffer.Span) ?? Read(buffer.Span);
        _position += count;
        return new(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (_node is null || !_writes) throw new FileException("Bad file descriptor");
        var (end, written) = _node.Write(_append ? null : _position, data.Span, _time.GetUtcNow());
        _position = end;
        return written == data.Length ? default : throw new FileException(ContainerFiles.NoSpace);
    }

    protected override void OnClose() => _node?.Close();

    private int Read(Span<byte> buffer)
    {
        if (_position >= _content.Length) return 0;
        var count = Math.Min(buffer.Length, _content.Length - (int)_position);
        _content.AsSpan((int)_position, count).CopyTo(buffer);
        return count;
    }
}
