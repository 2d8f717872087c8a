namespace Portal.Labs.Shell.Pty;

/// <summary>What to start on a pseudo terminal. The environment is complete: nothing is inherited.</summary>
public sealed record PtyStartInfo(
    string File,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string Directory,
    int Columns = 120,
    int Rows = 30
)
{
    /// <summary>Descriptors that the child gets as 3, 4 and so on. They are closed here once it has them, or cannot be
    /// started.</summary>
    public IReadOnlyList<int> Files { get; init; } = [];

    /// <summary>Called on the thread that will start the child, and that stays until the child has ended; what it
    /// changes for its thread, the child inherits.</summary>
    public Func<PtyStartInfo, PtyStartInfo>? Prepare { get; init; }

    /// <summary>Called there with the child's id when it has been started; the start is over when it returns.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>Called there when the child has ended, before anybody else hears of that; not after a start that
    /// failed.</summary>
    public Action? Ended { get; init; }

    /// <summary>Called in place of <see cref="Started"/> when there is no child.</summary>
    public Action? Abandoned { get; init; }
}
