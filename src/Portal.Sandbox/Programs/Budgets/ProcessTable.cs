using System.Collections.Concurrent;

namespace Portal.Sandbox.Programs.Budgets;

/// <summary>The processes of one run of a container. Thread-safe.</summary>
internal sealed class ProcessTable(ContainerBudget budget)
{
    private readonly ConcurrentDictionary<int, ContainerProcess> _processes = new();
    private int _lastPid;

    public IEnumerable<ContainerProcess> All => _processes.Values.OrderBy(p => p.Pid);

    public bool IsEmpty => _processes.IsEmpty;

    public ContainerProcess? Find(int pid) => _processes.GetValueOrDefault(pid);

    /// <summary>Gives a process its number.</summary>
    /// <exception cref="ForkException">There are too many.</exception>
    public int Add(ContainerProcess process)
    {
        if (!budget.Processes.TryTake(1)) throw new ForkException();
        var pid = Interlocked.Increment(ref _lastPid);
        _processes[pid] = process;
        return pid;
    }

    public void Remove(ContainerProcess process)
    {
        if (_processes.TryRemove(process.Pid, out _)) budget.Processes.Give(1);
    }
}

/// <summary>There is no room for another process.</summary>
internal sealed class ForkException() : Exception("can't fork: Resource temporarily unavailable");
