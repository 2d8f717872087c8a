namespace Portal.Sandbox.Programs.Budgets;

/// <summary>What the programs of one cluster have taken of its budgets.</summary>
internal sealed class ProgramBudgets(SandboxBudgets budgets, ProcessorShares shares)
{
    /// <summary>Files and directories that one tree may have: names cost memory too.</summary>
    public const int FilesOfTree = 4096;

    public ClusterProcessor Processor { get; } = new(shares, budgets.ClusterCores);
    public Allowance Memory { get; } = new(budgets.ProgramMemory);
    public Allowance Files { get; } = new(budgets.ClusterFiles);
    public Allowance Bodies { get; } = new(budgets.Bodies);
    public Allowance Logs { get; } = new(budgets.ClusterLogs);

    public Allowance NewTree() => new(budgets.ContainerFiles, Files);
}
