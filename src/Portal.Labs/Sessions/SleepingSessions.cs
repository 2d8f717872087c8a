using Portal.Labs.Shell;

namespace Portal.Labs.Sessions;

/// <summary>How many sessions sleep on disk, those of earlier processes too. Thread-safe.</summary>
internal sealed class SleepingSessions(string root)
{
    private int _count;

    public int Count => Math.Max(0, Volatile.Read(ref _count));

    /// <summary>Finds those that are there already.</summary>
    public void Load() => Add(WorkspaceRecord.FindDirectories(root).Count(WorkspaceNap.Exists));

    public void Add(int more)
    {
        Interlocked.Add(ref _count, more);
        LabsTelemetry.Hibernated.Add(more);
    }

    /// <summary>They are another process's to count.</summary>
    public void Leave() => Add(-Volatile.Read(ref _count));
}
