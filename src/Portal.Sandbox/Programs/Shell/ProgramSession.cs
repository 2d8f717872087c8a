using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>What a client program inside a container knows: files, clock, and whom its work is charged to.</summary>
/// <param name="process">Null for a container's program that is no process of a shell.</param>
internal sealed class ProgramSession(ContainerInstance container, ContainerProcess? process)
{
    public ContainerInstance Container => container;
    public ContainerFiles Files => container.Files;
    public TimeProvider Time => container.Pod.Cluster.Time;

    /// <summary>A path as the file system knows it.</summary>
    public string Resolve(string path) => ShellPath.Resolve(process?.Directory ?? container.WorkingDirectory, path);

    /// <summary>Charges work of some microseconds. Thread-safe.</summary>
    public Task SpendAsync(double microseconds, CancellationToken cancellationToken) =>
        container.CurrentRun.Budget.SpendAsync(microseconds / 1e6, cancellationToken);
}
