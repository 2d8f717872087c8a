using System.Collections.Concurrent;
using Portal.Clusters;
using Portal.Labs.Sessions;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Leases what the test says, when it says so.</summary>
internal sealed class FakeClusterProvider(string kubeconfig) : IClusterProvider
{
    public string Name => "sandbox";
    public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public ClusterUnavailableException? Failure { get; set; }
    public string? ToolsDirectory { get; set; }
    public int Resets { get; private set; }

    public Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken) => Task.FromResult(ClusterAvailability.Available);

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report("making it");
        await Ready.Task.WaitAsync(cancellationToken);
        return Failure is null ? new Lease(key, Name, kubeconfig, new(true, true, true), ToolsDirectory, null) : throw Failure;
    }

    public Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        Resets++;
        return Task.CompletedTask;
    }

    public Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed record Lease(ClusterKey Key, string Provider, string Kubeconfig, ClusterCapabilities Capabilities, string? ToolsDirectory, string? WorkspaceTemplate) : IClusterLease
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Keeps the latest record of each thing, as a database would; every write can be held up.</summary>
internal sealed class FakeProgressRecorder : IProgressRecorder
{
    private readonly ConcurrentDictionary<string, SectionRecord> _sections = new();
    private readonly ConcurrentDictionary<string, RunRecord> _runs = new();
    private readonly ConcurrentDictionary<string, CheckRecord> _checks = new();

    public TaskCompletionSource? Hold { get; set; }
    public IReadOnlyDictionary<string, SectionRecord> Sections => _sections;
    public IReadOnlyDictionary<string, CheckRecord> Checks => _checks;

    public Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
        Task.FromResult(new RecordedProgress([.. _sections.Values], [.. _runs.Values], [.. _checks.Values]));

    public Task RecordSectionAsync(LessonSessionKey key, SectionRecord section, CancellationToken cancellationToken) => Record(_sections, section.SectionId, section);

    public Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken) => Record(_runs, run.BlockId, run);

    public Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken) => Record(_checks, check.CheckId, check);

    private async Task Record<T>(ConcurrentDictionary<string, T> records, string id, T record)
    {
        if (Hold is { } hold) await hold.Task;
        records[id] = record;
    }
}
