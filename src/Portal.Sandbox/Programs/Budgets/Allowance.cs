namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// Something countable with an end: bytes, files, processes. What is taken here is taken from the parent too.
/// Thread-safe.
/// </summary>
internal sealed class Allowance(long limit, Allowance? parent = null)
{
    private long _taken;

    public long Taken => Interlocked.Read(ref _taken);

    public long Limit => limit;

    /// <summary>Takes all of an amount, or nothing.</summary>
    public bool TryTake(long amount)
    {
        if (Interlocked.Add(ref _taken, amount) > limit && amount > 0)
        {
            Interlocked.Add(ref _taken, -amount);
            return false;
        }
        if (parent is null || parent.TryTake(amount)) return true;
        Interlocked.Add(ref _taken, -amount);
        return false;
    }

    /// <summary>Takes as much of an amount as there is.</summary>
    public long TakeUpTo(long amount)
    {
        while (amount > 0 && !TryTake(amount)) amount = Math.Min(amount - 1, Math.Max(0, Free));
        return Math.Max(0, amount);
    }

    public long Free => Math.Min(limit - Taken, parent?.Free ?? long.MaxValue);

    public void Give(long amount)
    {
        Interlocked.Add(ref _taken, -amount);
        parent?.Give(amount);
    }
}
