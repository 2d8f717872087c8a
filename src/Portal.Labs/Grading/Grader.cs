using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Grading.Routing;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Labs.Grading;

/// <summary>What a grader works with while a cluster is there.</summary>
internal sealed record GradedCluster(
    IClusterView View,
    Clusters.Api.ClusterApi Api,
    GraderShell Shell,
    string Provider,
    bool Simulated,
    string? RequestTimeHeader
);

/// <summary>
/// Keeps the states of a lesson's checks for one session: evaluates them when asked and, a moment after the cluster has
/// changed, by itself. What costs traffic is evaluated by itself only while the check before it about objects holds, and
/// never while nothing changes.
/// </summary>
internal sealed class Grader : IAsyncDisposable
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>How long proxies are given to learn a change before traffic is sent; the second try is for a slow cluster.</summary>
    private static readonly ImmutableArray<TimeSpan> s_settle = [TimeSpan.FromMilliseconds(1500), TimeSpan.FromSeconds(4)];

    private readonly Lesson _lesson;
    private readonly CheckGrader _grader;
    private readonly Func<CheckDefinition, CheckState, CheckFinding?, CancellationToken, Task> _publish;
    private readonly Func<string?> _lastSection;
    private readonly Action<bool> _late;
    private readonly Guarded _guarded;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, CheckState> _states;
    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly RouteHistory _history;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Ids of the checks whose condition held on this cluster when it was last looked at.</summary>
    private volatile ImmutableHashSet<string> _held = [];
    private CancellationTokenSource _detached = new();
    private GradedCluster? _cluster;
    private bool _cleaning;
    private Task _following = Task.CompletedTask;

    /// <param name="states">The states to begin with, by check id.</param>
    /// <param name="publish">Makes a new state durable and then visible; with evidence when it was passed or
    /// lost now.</param>
    /// <param name="lastSection">The section of whose blocks one ran last.</param>
    /// <param name="late">Told true when grading failed and is to begin again, and false when it is up to date.</param>
    public Grader(
        Lesson lesson,
        IReadOnlyDictionary<string, CheckState> states,
        CheckGrader grader,
        Func<CheckDefinition, CheckState, CheckFinding?, CancellationToken, Task> publish,
        Func<string?> lastSection,
        Action<bool> late,
        Guarded guarded,
        TimeProvider time
    )
    {
        _lesson = lesson;
        _grader = grader;
        _publish = publish;
        _lastSection = lastSection;
        _late = late;
        _guarded = guarded;
        _time = time;
        _states = new(lesson.Checks.Select(c => KeyValuePair.Create(c.Id, states.GetValueOrDefault(c.Id) ?? new CheckState(c.Id, CheckPhase.NotYet))), StringComparer.Ordinal);
        _history = new(
            lesson.Checks.Where(c => c.Probe == "history").Select(c => (c.Settings.Text("host") ?? "", c.Settings.Text("namespace") ?? "")),
            time);
    }

    /// <summary>Begins to follow a cluster, in place of the one before.</summary>
    public async Task AttachAsync(GradedCluster cluster)
    {
        await DetachAsync().ConfigureAwait(false);
        _cluster = cluster;
        _detached = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var token = _detached.Token;
        _following = Task.WhenAll(
            _guarded.Keep("grading", c => FollowAsync(cluster, c), token, _ => _late(true)),
            _guarded.Keep("history for checks", c => ObserveAsync(cluster.View, c), token, _ => _late(true)));
    }

    /// <summary>Stops following; the states stay, but nothing counts as seen on the next cluster.</summary>
    public async Task DetachAsync()
    {
        await _detached.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _detached.Dispose();
        _detached = new();
        _cluster = null;
        _held = [];
        _cleaning = false;
    }

    /// <summary>From now on the cluster is taken down on purpose: what has been passed on it is not broken by that.</summary>
    public void KeepPasses() => _cleaning = true;

    /// <summary>Evaluates a check on the cluster as it is, with an answer when it is a question, and leaves its state alone. Null without a cluster.</summary>
    public async Task<Verdict?> TryAsync(CheckDefinition check, string? answer, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _cluster is { } cluster ? await _grader.EvaluateAsync(check, Context(cluster, answer), cancellationToken).ConfigureAwait(false) : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Evaluates the checks of a section, or all.</summary>
    public Task CheckAsync(string? sectionId, CancellationToken cancellationToken) => EvaluateAsync(
        [.. _lesson.Sections.Where(s => sectionId is null || s.Id == sectionId).SelectMany(s => s.Checks)], announce: true, cancellationToken);

    /// <summary>Evaluates what costs nothing in a section.</summary>
    public Task GradeAsync(Section section, CancellationToken cancellationToken) => EvaluateAsync([.. section.Checks.Where(IsFree)], announce: false, cancellationToken);

    public Task AnswerAsync(string checkId, string answer, CancellationToken cancellationToken)
    {
        _answers[checkId] = answer;
        return EvaluateAsync([.. _lesson.Checks.Where(c => c.Id == checkId)], announce: false, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await DetachAsync().ConfigureAwait(false);
        _detached.Dispose();
        _closing.Dispose();
    }

    /// <summary>History is kept apart from grading, which skips what changes while it works.</summary>
    private async Task ObserveAsync(IClusterView view, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in view.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (snapshot.Synced) _history.Observe(snapshot);
        }
    }

    private async Task FollowAsync(GradedCluster cluster, CancellationToken cancellationToken)
    {
        var traffic = Task.CompletedTask;
        CancellationTokenSource? stale = null;
        try
        {
            string? rules = null;
            await foreach (var snapshot in cluster.View.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!snapshot.Synced) continue;
                // A stream of changes is graded when it pauses: the newest snapshot is what the next turn yields.
                await Task.Delay(s_quiet, _time, cancellationToken).ConfigureAwait(false);
                if (!ReferenceEquals(snapshot, cluster.View.Current)) continue;
                await EvaluateAsync([.. _lesson.Checks.Where(IsFree)], announce: false, cancellationToken).ConfigureAwait(false);
                _late(false);

                var now = Fingerprint(snapshot);
                if (now == rules) continue;
                rules = now;
                if (stale is not null) await stale.CancelAsync().ConfigureAwait(false);
                await traffic.ConfigureAwait(false);
                stale?.Dispose();
                stale = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                traffic = _guarded.Keep("traffic checks", SendTrafficAsync, stale.Token, _ => _late(true));
            }
        }
        finally
        {
            if (stale is not null) await stale.CancelAsync().ConfigureAwait(false);
            await traffic.ConfigureAwait(false);
            stale?.Dispose();
        }
    }

    /// <summary>Cancelled when the cluster changes again: the next turn sends.</summary>
    private async Task SendTrafficAsync(CancellationToken cancellationToken)
    {
        foreach (var delay in s_settle)
        {
            await new Patience(_time).DelayAsync(delay, cancellationToken).ConfigureAwait(false);
            var due = _lesson
                .Sections.SelectMany(s => s.Checks.Where((c, i) => _grader.IsCostly(c) && IsDue(s, i)))
                .ToImmutableArray();
            if (!due.IsEmpty)
                await EvaluateAsync(due, announce: false, cancellationToken).ConfigureAwait(false);
            _late(false);
            if (due.All(c => _held.Contains(c.Id))) return;
        }
    }

    /// <summary>Not for a check that stays passed anyway, and only while the nearest check about objects above it holds.</summary>
    private bool IsDue(Section section, int index)
    {
        var check = section.Checks[index];
        if (check.Once && _states[check.Id].IsPassed) return false;
        var gate = section.Checks.Take(index).LastOrDefault(c => !_grader.IsCostly(c) && c.Probe is "resource" or "route" or "sidecar" or "mtls");
        if (WaitsFor(check) is not null) return false;
        // What was passed once for all, such as a symptom, need not be there any more.
        if (gate is not null) return _held.Contains(gate.Id) || (gate.Once && _states[gate.Id].IsPassed);
        // Without one in the section: the sections before have to be as they should.
        return _lesson.Sections.TakeWhile(s => s.Id != section.Id).LastOrDefault(s => !s.Checks.IsEmpty)?.Checks.All(c => _states[c.Id].IsPassed) ?? true;
    }

    /// <summary>Changes when something changed on which the path of a request depends.</summary>
    private static string Fingerprint(ClusterSnapshot snapshot) => string.Join('|', snapshot.Objects.Values
        .Where(o => o.Key.Group.EndsWith("istio.io", StringComparison.Ordinal) || o.Kind is "Service" or "Deployment")
        .OrderBy(o => o.Uid, StringComparer.Ordinal)
        .Select(o => $"{o.Uid}:{o.ResourceVersion}"));

    private async Task EvaluateAsync(ImmutableArray<CheckDefinition> checks, bool announce, CancellationToken cancellationToken)
    {
        if (checks.IsEmpty) return;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var check in checks)
            {
                if (_cluster is not { } cluster) return;
                var before = _states[check.Id];
                // What stays passed is not worth its traffic.
                if (check.Once && before.IsPassed && _grader.IsCostly(check)) continue;
                if (announce && _grader.IsCostly(check)) await _publish(check, before with { Phase = CheckPhase.Checking }, null, cancellationToken).ConfigureAwait(false);
                try
                {
                    var verdict = WaitsFor(check) is { } first
                        ? new Verdict(ProbeResult.Failed(first.Title, "not yet", first.Id), $"First comes: {first.Title}.", false)
                        : await _grader.EvaluateAsync(check, Context(cluster, _answers.GetValueOrDefault(check.Id)), cancellationToken).ConfigureAwait(false);
                    await ApplyAsync(cluster, check, before, verdict, announce, cancellationToken)
                        .ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    await _publish(check, before, null, CancellationToken.None).ConfigureAwait(false);
                    throw;
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Can be evaluated without traffic and without the learner.</summary>
    private bool IsFree(CheckDefinition check) => !_grader.IsCostly(check) && check.Probe != "answer";

    private ProbeContext Context(GradedCluster cluster, string? answer) =>
        new(cluster.View.Current, cluster.Api, _history, answer, cluster.Shell, cluster.RequestTimeHeader);

    /// <summary>A check that has to be passed before this one counts, and is not.</summary>
    private CheckDefinition? WaitsFor(CheckDefinition check) =>
        check.After.Select(id => _lesson.Checks.FirstOrDefault(c => c.Id == id)).FirstOrDefault(c => c is not null && _states[c.Id].Phase is CheckPhase.NotYet);

    private async Task ApplyAsync(
        GradedCluster cluster,
        CheckDefinition check,
        CheckState before,
        Verdict verdict,
        bool announce,
        CancellationToken cancellationToken
    )
    {
        var held = _held.Contains(check.Id);
        _held = verdict.Result.Holds ? _held.Add(check.Id) : _held.Remove(check.Id);

        var phase = (before.Phase, verdict.Result.Holds) switch
        {
            (_, true) => CheckPhase.Passed,
            // What was passed on an earlier cluster, or is passed once for all, is not taken back.
            (CheckPhase.Passed, false) => held && !check.Once && !_cleaning ? CheckPhase.BrokenAgain : CheckPhase.Passed,
            (CheckPhase.BrokenAgain, false) => CheckPhase.BrokenAgain,
            _ => CheckPhase.NotYet,
        };
        // A question that nobody has answered has no message, and a passed check keeps what it was passed with.
        var silent = check.Probe == "answer" && !verdict.Result.Holds && !_answers.ContainsKey(check.Id);
        var keeps = phase == CheckPhase.Passed && !verdict.Result.Holds;
        var state = keeps ? before : new CheckState(
            check.Id, phase, verdict.Result.Expected, verdict.Result.Found, verdict.Result.Where,
            silent ? null : verdict.Message, verdict.Wrong,
            phase == before.Phase ? before.Since : _time.GetUtcNow(), verdict.Result.Log)
        {
            Evidence = phase == before.Phase ? before.Evidence : null,
        };
        if (!announce && phase == before.Phase && state.Message == before.Message && state.Found == before.Found) return;
        CheckFinding? evidence = null;
        if (phase != before.Phase && phase is CheckPhase.Passed or CheckPhase.BrokenAgain)
        {
            evidence = Evidence.Of(check.Probe, verdict.Result, cluster, _lastSection(), _time.GetUtcNow());
            state = state with { Evidence = evidence };
        }
        _states[check.Id] = state;
        await _publish(check, state, evidence, cancellationToken).ConfigureAwait(false);
    }
}
