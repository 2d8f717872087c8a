namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>
/// A counter with its past, at the resolution of <see cref="Resolution"/>: the points at which it changed. When the past grows
/// long its older half loses every second point. Not thread-safe; its owner locks.
/// </summary>
internal struct CounterHistory
{
    /// <summary>Milliseconds between two readings of a counter that can be told apart.</summary>
    public const long Resolution = 5000;

    private const int MaxPoints = 256;

    private long[]? _times;
    private double[]? _values;
    private int _count;

    public double Value { get; private set; }

    public void Add(long now, double amount)
    {
        Value += amount;
        if (_count > 0 && _times![_count - 1] / Resolution == now / Resolution)
        {
            _values![_count - 1] = Value;
            return;
        }
        if (_times is null || _count == _times.Length) Grow();
        _times![_count] = now;
        _values![_count++] = Value;
    }

    /// <summary>What the counter showed at a time; zero before its first change.</summary>
    public readonly double At(long time)
    {
        if (_count == 0 || time < _times![0]) return 0;
        if (time >= _times[_count - 1]) return Value;
        var i = Array.BinarySearch(_times, 0, _count, time);
        return _values![i >= 0 ? i : ~i - 1];
    }

    private void Grow()
    {
        if (_count >= MaxPoints)
        {
            var kept = 0;
            for (var i = 0; i < _count; i++)
            {
                if (i < _count / 2 && i % 2 == 1) continue;
                (_times![kept], _values![kept]) = (_times[i], _values[i]);
                kept++;
            }
            _count = kept;
            return;
        }
        var size = Math.Max(4, _count * 2);
        Array.Resize(ref _times, size);
        Array.Resize(ref _values, size);
    }
}
