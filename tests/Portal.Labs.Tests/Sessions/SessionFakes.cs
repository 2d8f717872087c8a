using Portal.Labs.Tests.Shell;
using Portal.Clusters.Kubeconfig;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Labs.Sessions;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Leases what the test says, when it says so, and counts what was not given back.</summary>
internal sealed class FakeClusterProvider(string kubeconfig) : IClusterProvider
{
    private int _outstanding;
    private int _leased;
    private int _resets;

    public string Name => "sandbox";
    public TaskCompletionSource Ready { get; } = NewSignal();
    public Exception? Failure { get; set; }
    public Exception? ResetFailure { get; set; }
    public Exception? DeleteFailure { get; set; }
    public Exception? ReturnFailure { get; set; }

    /// <summary>Holds up, whatever is cancelled, what is named: lease, reset, return, delete.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Holds { get; } = new();
    public string? ToolsDirectory { get; set; }

    /// <summary>Moments of the cluster; null makes it one that cannot go back.</summary>
    public FakeCheckpoints? Checkpoints { get; set; } = new();

    /// <summary>What each leased cluster was before.</summary>
    public ClusterPast Past { get; set; }
    public int Resets => _resets;
    public int Leased => _leased;

    /// <summary>Leases that were not given back.</summary>
    public int Outstanding => _outstanding;
    public ConcurrentQueue<ClusterKey> Deleted { get; } = new();

    /// <summary>Clusters that were leased and not deleted since.</summary>
    public ConcurrentDictionary<ClusterKey, bool> Existing { get; } = new();

    public Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken) => Task.FromResult(ClusterAvailability.Available);

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report("making it");
        await Ready.Task.WaitAsync(cancellationToken);
        await HeldAsync("lease");
        if (Failure is not null) throw Failure;
        Existing[key] = true;
        Interlocked.Increment(ref _leased);
        Interlocked.Increment(ref _outstanding);
        return new Lease(this, key);
    }

    public async Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _resets);
        await HeldAsync("reset");
        if (ResetFailure is not null) throw ResetFailure;
    }

    public async Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken)
    {
        await HeldAsync("delete");
        if (DeleteFailure is not null) throw DeleteFailure;
        Existing.TryRemove(key, out _);
        Deleted.Enqueue(key);
    }

    public TaskCompletionSource Hold(string what) => Holds[what] = NewSignal();

    public void Release()
    {
        foreach (var hold in Holds.Values) hold.TrySetResult();
        Holds.Clear();
    }

    private Task HeldAsync(string what) => Holds.TryGetValue(what, out var hold) ? hold.Task : Task.CompletedTask;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Lease(FakeClusterProvider provider, ClusterKey key) : IClusterLease
    {
        private int _returned;

        public ClusterPast Past { get; init; } = provider.Past;
        public IClusterCheckpoints? Checkpoints => provider.Checkpoints;

        public ClusterKey Key => key;
        public string Provider => provider.Name;
        public string Kubeconfig => provider.Kubeconfig;
        public ClusterEntrance Entrance => KubeconfigEntrance.Of(Kubeconfig, WorkspaceFixture.Guarded.Start);
        public ClusterCapabilities Capabilities { get; } = new(true, true, true);
        public string? ToolsDirectory => provider.ToolsDirectory;
        public string? WorkspaceTemplate => null;

        public async ValueTask DisposeAsync()
        {
            await provider.HeldAsync("return");
            if (Interlocked.Exchange(ref _returned, 1) == 0) Interlocked.Decrement(ref provider._outstanding);
            if (provider.ReturnFailure is not null) throw provider.ReturnFailure;
        }
    }

    private string Kubeconfig => kubeconfig;
}

/// <summary>Writes down what was kept and where it went back to.</summary>
internal sealed class FakeCheckpoints : IClusterCheckpoints
{
    private ImmutableList<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    /// <summary>Where it went back to, in order.</summary>
    public ConcurrentQueue<string> Back { get; } = new();

    public void Keep(string name) => ImmutableInterlocked.Update(ref _names, n => n.Contains(name) ? n : n.Add(name));

    public bool TryGoBack(string name)
    {
        if (!_names.Contains(name)) return false;
        Back.Enqueue(name);
        ImmutableInterlocked.Update(ref _names, n => n.GetRange(0, n.IndexOf(name) + 1));
        return true;
    }
}

/// <summary>
/// Keeps the latest record of each thing of each session, as a database would; every write can fail or be held up.
/// </summary>
internal sealed class FakeProgressRecorder : IProgressRecorder
{
    private readonly ConcurrentDictionary<(LessonSessionKey, string), SectionRecord> _sections = new();
    private readonly ConcurrentDictionary<(LessonSessionKey, string), RunRecord> _runs = new();
    private readonly ConcurrentDictionary<(LessonSessionKey, string), CheckRecord> _checks = new();

    /// <summary>Holds up writes, whatever is cancelled.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>What reads and writes throw; null while the store is well.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What is stored of the learner of most tests.</summary>
    public IReadOnlyDictionary<string, SectionRecord> Sections => Of(_sections, SessionFixture.Key);
    public IReadOnlyDictionary<string, RunRecord> Runs => RunsOf(SessionFixture.Key);
    public IReadOnlyDictionary<string, CheckRecord> Checks => Of(_checks, SessionFixture.Key);

    /// <summary>Everything that was stored, in order.</summary>
    public ConcurrentQueue<string> Stored { get; } = new();

    public IReadOnlyDictionary<string, RunRecord> RunsOf(LessonSessionKey key) => Of(_runs, key);

    public void Block() => Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        Failure = null;
        var hold = Hold;
        Hold = null;
        hold?.TrySetResult();
    }

    public Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
        Failure is not null
            ? Task.FromException<RecordedProgress>(Failure)
            : Task.FromResult(
                new RecordedProgress(
                    [.. Of(_sections, key).Values],
                    [.. RunsOf(key).Values],
                    [.. Of(_checks, key).Values]
                )
            );

    public Task RecordSectionAsync(LessonSessionKey key, SectionRecord section, CancellationToken cancellationToken) =>
        Record(_sections, key, section.SectionId, section, s => s.At);

    public Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken) =>
        Record(_runs, key, run.BlockId, run, r => r.At);

    public Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken) =>
        Record(_checks, key, check.CheckId, check, c => c.At);

    private static Dictionary<string, T> Of<T>(
        ConcurrentDictionary<(LessonSessionKey Key, string Id), T> records,
        LessonSessionKey key
    ) => records.Where(r => r.Key.Key == key).ToDictionary(r => r.Key.Id, r => r.Value);

    /// <summary>What comes late, after having been held up, changes nothing; as in the classroom's store.</summary>
    private async Task Record<T>(
        ConcurrentDictionary<(LessonSessionKey, string), T> records,
        LessonSessionKey key,
        string id,
        T record,
        Func<T, DateTimeOffset> at
    )
    {
        if (Hold is { } hold) await hold.Task;
        if (Failure is not null) throw Failure;
        records.AddOrUpdate((key, id), record, (_, before) => at(record) < at(before) ? before : record);
        Stored.Enqueue(id);
    }
}

/// <summary>Ends sessions when the test says.</summary>
internal sealed class FakeLimits : ISessionLimits
{
    public DateTimeOffset? EndsAt { get; set; }

    public Task<DateTimeOffset?> BeginAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
        Task.FromResult(EndsAt);
}
