namespace Portal.Sandbox;

/// <summary>
/// What one cluster, and one container in it, may take of the machine. Whatever is spent ends as it does on a node or
/// in etcd: with an error of the one who asked for more, never in the process. Bytes unless said otherwise.
/// </summary>
public sealed class SandboxBudgets
{
    private const long MiB = 1 << 20;

    /// <summary>
    /// Memory that a container's processes may hold when its spec names no limit, and at most when it does. Beyond it
    /// the container is OOMKilled.
    /// </summary>
    public long ContainerMemory { get; set; } = 64 * MiB;

    /// <summary>
    /// Memory that all programs of a cluster may hold together: the memory of its nodes. Whoever asks beyond it is
    /// OOMKilled.
    /// </summary>
    public long ProgramMemory { get; set; } = 128 * MiB;

    /// <summary>
    /// Processes of a container at a time (the pids cgroup): beyond it a fork fails with "Resource temporarily
    /// unavailable".
    /// </summary>
    public int ContainerProcesses { get; set; } = 128;

    /// <summary>
    /// What a container may write to its own file system and to each volume: beyond it writing fails with "No space
    /// left on device".
    /// </summary>
    public long ContainerFiles { get; set; } = 32 * MiB;

    /// <summary>What all containers and volumes of a cluster may hold together: the disk of its nodes.</summary>
    public long ClusterFiles { get; set; } = 64 * MiB;

    /// <summary>
    /// A container's log, the one before the restart included; when it is full the older half goes, as with the
    /// kubelet's rotation.
    /// </summary>
    public long ContainerLog { get; set; } = 2 * MiB;

    /// <summary>All logs of a cluster; beyond it each container keeps what it wrote last.</summary>
    public long ClusterLogs { get; set; } = 32 * MiB;

    /// <summary>A line of a log; what is longer comes as several, as from containerd.</summary>
    public int LogLine { get; set; } = 16 * 1024;

    /// <summary>Processor time that the programs of a cluster get, in cores, while no other cluster wants it.</summary>
    public double ClusterCores { get; set; } = 0.5;

    /// <summary>
    /// Processor time that the programs of all clusters get together, as a share of the machine's cores; those that
    /// want it share it equally.
    /// </summary>
    public double ProgramShare { get; set; } = 0.4;

    /// <summary>
    /// All objects of a cluster as they are stored: beyond it only deletions are taken, with etcd's "database space
    /// exceeded".
    /// </summary>
    public long StoredBytes { get; set; } = 64 * MiB;

    /// <summary>Objects of a cluster.</summary>
    public int StoredObjects { get; set; } = 10_000;

    /// <summary>Changes kept for watches that lag behind; the number is bounded too.</summary>
    public long HistoryBytes { get; set; } = 16 * MiB;

    /// <summary>What moments to go back to may hold beyond the cluster itself; then the oldest are forgotten.</summary>
    public long MarkBytes { get; set; } = 32 * MiB;

    /// <summary>
    /// Requests of a cluster that are being answered at a time, watches and streams not counted; beyond it 429 with
    /// Retry-After, as by API priority and fairness.
    /// </summary>
    public int Requests { get; set; } = 100;

    /// <summary>Watches of a cluster that are open at a time.</summary>
    public int Watches { get; set; } = 1_200;

    /// <summary>
    /// Processor time for telling the watches of a cluster what has changed, in cores; beyond it they are told later,
    /// and more at a time.
    /// </summary>
    public double WatchCores { get; set; } = 0.25;

    /// <summary>Streams of a cluster (exec, attach, followed logs, port-forwards) that are open at a time.</summary>
    public int Streams { get; set; } = 200;

    /// <summary>
    /// Connections from outside to a cluster's pods (through port-forwards) that are open at a time; beyond it they
    /// are refused.
    /// </summary>
    public int Connections { get; set; } = 256;

    /// <summary>Bodies of requests from outside to a cluster's pods, all together; beyond it 503.</summary>
    public long Bodies { get; set; } = 32 * MiB;
}
