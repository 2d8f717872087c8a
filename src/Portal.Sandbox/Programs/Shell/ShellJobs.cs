using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>What a shell started with <c>&amp;</c>.</summary>
internal sealed class ShellJobs
{
    private readonly List<Job> _jobs = [];

    public sealed record Job(int Number, ContainerProcess Process, string Text, Task<int> Ended);

    /// <summary>The process that was started last.</summary>
    public int? Last { get; private set; }

    public IReadOnlyList<Job> All => _jobs;

    public void Add(ContainerProcess process, string text, Task<int> ended)
    {
        // A loop that starts jobs and never waits for them: those that have ended are only remembered so far back.
        if (_jobs.Count > 1000) _jobs.RemoveAll(j => j.Ended.IsCompleted);
        _jobs.Add(new((_jobs.Count == 0 ? 0 : _jobs[^1].Number) + 1, process, text, ended));
        Last = process.Pid;
    }

    /// <summary>A job by <c>%number</c> or process; null for none.</summary>
    public Job? Find(string text) =>
        text.StartsWith('%')
            ? text is "%" or "%%" or "%+"
                ? _jobs.LastOrDefault()
                : int.TryParse(text.AsSpan(1), out var number)
                    ? _jobs.Find(j => j.Number == number)
                    : null
            : int.TryParse(text, out var pid)
                ? _jobs.Find(j => j.Process.Pid == pid)
                : null;

    public void Forget(Job job) => _jobs.Remove(job);
}
