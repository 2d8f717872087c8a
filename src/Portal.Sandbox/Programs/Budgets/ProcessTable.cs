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

    /// <summary>
    /// Sends a signal to the foreground of a session, as a terminal does. A child that one of them was just starting
    /// gets it too: nobody would wait for it.
    /// </summary>
    public void SignalForeground(ProcessSession session, int signal)
    {
        var (seen, ended) = (new HashSet<int>(), new HashSet<int>());
        var some = All.Where(p => p.Session == session && !p.IsBackground && seen.Add(p.Pid)).ToList();
        while (some.Count > 0)
        {
            foreach (var process in some)
            {
                process.Signal(signal);
                if (process.FatalSignal == signal) ended.Add(process.Pid);
            }
            some = All.Where(p => !p.IsBackground && ended.Contains(p.ParentPid) && seen.Add(p.Pid)).ToList();
        }
    }

    public void Remove(ContainerProcess process)
    {
        if (_processes.TryRemove(process.Pid, out _)) budget.Processes.Give(1);
    }
}

/// <summary>There is no room for another process.</summary>
internal sealed class ForkException() : Exception("can't fork: Resource temporarily unavailable");
