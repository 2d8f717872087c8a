using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// What one run of a container may use: memory up to its limit, processor time as its limit throttles it, a number of
/// processes. Thread-safe.
/// </summary>
internal sealed class ContainerBudget
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly ContainerInstance _container;
    private readonly ProgramBudgets _cluster;
    private readonly Allowance _memory;
    private readonly TokenBucket? _quota;
    private readonly double _cores;

    public ContainerBudget(ContainerInstance container, JsonObject spec)
    {
        _container = container;
        var cluster = container.Pod.Cluster;
        _cluster = cluster.Programs;
        var limits = spec.Obj("resources", "limits");
        var limit = ResourceAmount.Parse(limits.Str("memory"));
        _memory = new(
            limit > 0 ? Math.Min((long)limit, cluster.Budgets.ContainerMemory) : cluster.Budgets.ContainerMemory,
            _cluster.Memory
        );
        _cores = ResourceAmount.Parse(limits.Str("cpu"));
        if (_cores > 0) _quota = new(s_period * _cores);
        Processes = new(cluster.Budgets.ContainerProcesses);
    }

    public Allowance Processes { get; }

    public long Held => _memory.Taken;

    public long MemoryLimit => _memory.Limit;

    /// <exception cref="OutOfMemoryKillException">The container or the cluster has no more.</exception>
    public void Hold(long bytes)
    {
        if (!_memory.TryTake(bytes)) throw new OutOfMemoryKillException();
        _container.Usage.HeldBytes = _memory.Taken;
    }

    public void Release(long bytes)
    {
        if (bytes == 0) return;
        _memory.Give(bytes);
        _container.Usage.HeldBytes = _memory.Taken;
    }

    /// <summary>
    /// Waits until work that was done is paid for. Processor time is real time, whatever clock the cluster has.
    /// </summary>
    public Task SpendAsync(double seconds, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _container.Usage.Add(TimeSpan.FromSeconds(seconds), _container.Pod.Cluster.Now);
        var wait = _cluster.Processor.Spend(seconds);
        if (_quota?.Spend(seconds, _cores) is { } throttled && throttled > wait)
            wait = throttled;
        return wait < TimeSpan.FromMilliseconds(1)
            ? Task.CompletedTask
            : Task.Delay(wait, TimeProvider.System, cancellationToken);
    }
}
