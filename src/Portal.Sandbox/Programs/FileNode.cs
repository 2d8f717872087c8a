using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs;

/// <summary>A file's content and attributes. It lives as long as it has a name or is open. Thread-safe.</summary>
internal sealed class FileNode(Allowance? bytes, DateTimeOffset created)
{
    private const int LargestStep = 1 << 20;

    private readonly Lock _gate = new();
    private byte[] _data = [];
    private int _length;
    private int _name;
    private int _handles;
    private bool _unlinked;

    public int Length => _length;
    public DateTimeOffset Modified { get; set; } = created;
    public int Mode { get; set; } = Convert.ToInt32("644", 8);

    /// <summary>Where a symbolic link leads; null for a file.</summary>
    public string? Target { get; set; }

    public bool TryName(string path) => bytes?.TryTake(_name = path.Length) ?? true;

    public void Open()
    {
        lock (_gate) _handles++;
    }

    public void Close()
    {
        lock (_gate) if (--_handles == 0 && _unlinked) Free();
    }

    public void Unlink()
    {
        lock (_gate)
        {
            if (_unlinked) return;
            _unlinked = true;
            bytes?.Give(_name);
            if (_handles == 0) Free();
        }
    }

    public byte[] ToArray()
    {
        lock (_gate) return _data.AsSpan(0, _length).ToArray();
    }

    public int Read(long position, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (position >= _length) return 0;
            var count = (int)Math.Min(buffer.Length, _length - position);
            _data.AsSpan((int)position, count).CopyTo(buffer);
            return count;
        }
    }

    /// <summary>Writes at a position, or at the end when it is null; as many bytes as there is room for.</summary>
    /// <returns>The position after the bytes, and how many were written.</returns>
    public (long End, int Written) Write(long? position, ReadOnlySpan<byte> data, DateTimeOffset now)
    {
        lock (_gate)
        {
            var at = position ?? _length;
            if (at > Array.MaxLength / 2) return (at, 0);
            var growth = at + data.Length - _length;
            if (growth > 0)
            {
                var room = bytes?.TakeUpTo(growth) ?? growth;
                if (room < growth) data = data[..(int)Math.Max(0, data.Length - (growth - room))];
                if (at > _length + room) return (at, 0);
                Reserve((int)at + data.Length);
            }
            data.CopyTo(_data.AsSpan((int)at));
            _length = Math.Max(_length, (int)at + data.Length);
            Modified = now;
            return (at + data.Length, data.Length);
        }
    }

    public bool Truncate(long length, DateTimeOffset now)
    {
        lock (_gate)
        {
            var growth = length - _length;
            if (length > Array.MaxLength / 2 || (growth > 0 && bytes?.TryTake(growth) == false)) return false;
            if (growth < 0) bytes?.Give(-growth);
            if (growth > 0) Reserve((int)length);
            else if (length == 0) _data = [];
            else Array.Clear(_data, (int)length, _length - (int)length);
            _length = (int)length;
            Modified = now;
            return true;
        }
    }

    private void Reserve(int length)
    {
        if (length > _data.Length)
            Array.Resize(ref _data, Math.Max(length, _data.Length + Math.Clamp(_data.Length, 64, LargestStep)));
    }

    private void Free()
    {
        bytes?.Give(_length);
        (_data, _length) = ([], 0);
    }
}
