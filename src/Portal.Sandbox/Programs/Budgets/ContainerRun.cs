using System.Text.Json.Nodes;

namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// One run of a container, from its beginning to its exit or restart: stopping it never touches the next one.
/// </summary>
internal sealed class ContainerRun
{
    private readonly CancellationTokenSource _stop = new();
    private ProcessSession? _main;
    private int _ended;

    public ContainerRun(ContainerInstance container, JsonObject spec)
    {
        Budget = new(container, spec);
        Processes = new(Budget);
    }

    public ContainerBudget Budget { get; }
    public ProcessTable Processes { get; }
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Ends the run once.</summary>
    /// <returns>False when it has ended before.</returns>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    public void Cancel() => _stop.Cancel();

    public void Begin(ProcessSession main) => _main = main;

    public bool IsMain(ProcessSession session) => _main == session;
}
