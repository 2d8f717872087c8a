using System.Collections.Immutable;
using MudBlazor;
using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Portal.Web.Hosting;
using Block = Portal.Content.Model.Block;

namespace Portal.Web.Components.Lessons;

/// <summary>
/// What a learner can do on a lesson page. One for each page, handed down once; does nothing until the page has attached
/// to its session. A refusal is told in words and is not an error of the page.
/// </summary>
public sealed partial class LessonActions(
    ISnackbar snackbar,
    ILessonSessions sessions,
    RateLimits limits,
    CancellationToken leaving
)
{
    private readonly HashSet<string> _allowed = [];
    private ILessonSession? _session;

    /// <summary>
    /// Set on a page of somebody who looks on: nothing is done there, and the terminal is a guest's of this id.
    /// </summary>
    public string? GuestId { get; init; }

    /// <summary>Ends with the page.</summary>
    public CancellationToken Leaving => leaving;

    /// <summary>What the page shows; null before it is known.</summary>
    public Lesson? Lesson { get; set; }

    /// <summary>Why there is no session to show yet.</summary>
    public string NotYet { get; set; } = "Connecting to your session…";

    /// <summary>Attaches the page to a session again, after the one before has ended.</summary>
    public Action Restart { get; set; } = () => { };

    /// <summary>Shows a page of a port in the panel, which sets this.</summary>
    public Func<int, string, Task> ShowPort { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Shows a tab of the panel, which sets this, and gives it the focus.</summary>
    public Func<PanelTab, Task> ShowTab { get; set; } = _ => Task.CompletedTask;

    /// <summary>Names the workspace in the addresses of its ports; null before the page has attached.</summary>
    public string? WorkspaceId => _session?.WorkspaceId;

    public void Attach(ILessonSession session) => _session = session;

    /// <returns>Null, or why nothing was run because there were too many runs, to be shown where it was
    /// asked.</returns>
    public Task<string?> RunAsync(string blockId, RunOptions options) =>
        Awaited(blockId) is { } prediction && !options.Preview
            ? Task.FromResult<string?>($"First say what you expect: {prediction.Question}")
            : RunAsync([blockId], options);

    /// <summary>
    /// Runs the blocks of a section one after the other until one fails, or one waits for a prediction; a block of a
    /// solution is the learner's to run.
    /// </summary>
    /// <inheritdoc cref="RunAsync(string, RunOptions)" path="/returns"/>
    public async Task<string?> RunSectionAsync(Section section, string provider)
    {
        string[] all = [.. RunnableBlocks(section, provider).Select(b => b.Id)];
        // One that stopped for a question goes on there.
        if (all.FirstOrDefault(id => !HasSucceeded(id)) is { } next && section.Predictions.Any(p => p.BlockId == next))
            all = [.. all.SkipWhile(id => id != next)];
        string[] now = [.. all.TakeWhile(id => Awaited(id) is null)];
        if (now.Length == 0 && all.Length > 0) return await RunAsync(all[0], RunOptions.WholeBlock);
        return await RunAsync(now, new RunOptions(Series: Guid.NewGuid().ToString("n")))
            ?? (
                now.Length < all.Length
                    ? "It will stop before a question. Say what you expect, then run on: "
                        + Awaited(all[now.Length])?.Question
                    : null
            );
    }

    /// <summary>The same where there is no place to show a refusal at: it is told like others.</summary>
    public async Task RunSectionAndTellAsync(Section section, string provider)
    {
        if (await RunSectionAsync(section, provider) is { } refusal) snackbar.Add(refusal, Severity.Warning);
    }

    /// <summary>Steps before a section that are not completed: what has to be run to begin there.</summary>
    public IReadOnlyList<Section> StepsBefore(Section section) =>
        _session is not { Lesson: var lesson, Current: var now }
            ? []
            :
            [
                .. lesson
                    .Sections.TakeWhile(s => s.Id != section.Id)
                    .Where(s => s.Kind == SectionKind.Step)
                    .Where(s => now.Sections.GetValueOrDefault(s.Id)?.Phase != SectionPhase.Completed),
            ];

    /// <summary>Runs the steps that are before a section, until a block fails.</summary>
    /// <inheritdoc cref="RunAsync(string, RunOptions)" path="/returns"/>
    public Task<string?> RunStepsBeforeAsync(Section section, string provider) =>
        RunAsync(
            [.. StepsBefore(section).SelectMany(s => RunnableBlocks(s, provider)).Select(b => b.Id)],
            new RunOptions(Series: Guid.NewGuid().ToString("n"))
        );

    /// <summary>Whether the cluster can go back to before a section.</summary>
    public bool CanRewind(Section section) => _session?.Current.Checkpoints.Contains(section.Id) == true;

    public Task StopAsync() => DoAsync(s => s.StopAsync(leaving));
    public Task CheckAsync(string? sectionId) => DoAsync(s => s.CheckAsync(sectionId, leaving));
    public Task AnswerAsync(string checkId, string answer) => DoAsync(s => s.AnswerAsync(checkId, answer, leaving));
    public Task PredictAsync(string id, string choice) => DoAsync(s => s.PredictAsync(id, choice, leaving));
    public Task StopJobAsync(int number) => DoAsync(s => s.StopJobAsync(number, leaving));
    public Task RewindAsync(string sectionId) => DoAsync(s => s.RewindAsync(sectionId, by: null, leaving));
    public Task AcknowledgeAsync() => DoAsync(s => s.AcknowledgeAsync(leaving));
    public Task ResetAsync() => DoAsync(s => s.ResetAsync(leaving));

    /// <summary>Deletes the learner's cluster and workspace of this lesson; the session ends.</summary>
    public Task DeleteAsync() => DoAsync(s => sessions.DeleteAsync(s.Key, leaving));

    /// <returns>Null, or why nothing was sent, to be shown where it was asked.</returns>
    public async Task<string?> SendAsync(TrafficOrder order)
    {
        if (_session is null) return NotYet;
        if (GuestId is not null) return "You look on: requests are the learner's to send.";
        try
        {
            order = order.Checked();
            if (limits.RefuseRequests(_session.Key.LearnerId, order.Count) is { } refusal) return refusal;
            await _session.SendAsync(order, leaving);
            return null;
        }
        catch (RunRefusedException e)
        {
            return e.Message;
        }
    }

    public Task StopSendingAsync() => DoAsync(s => s.StopSendingAsync(leaving));

    /// <summary>Null before the page has attached.</summary>
    public Task<MeshTraffic>? ReadTrafficAsync(CancellationToken cancellationToken) =>
        _session?.ReadTrafficAsync(cancellationToken);

    /// <summary>Null before the page has attached.</summary>
    public Task<ServiceNumbers>? ReadServiceNumbersAsync(CancellationToken cancellationToken) =>
        _session?.ReadServiceNumbersAsync(cancellationToken);

    /// <summary>Null before the page has attached.</summary>
    /// <inheritdoc cref="ILessonSession.ReadTracesAsync"/>
    public Task<TraceList>? ReadTracesAsync(string? service, CancellationToken cancellationToken) =>
        _session?.ReadTracesAsync(service, cancellationToken);

    public RouteExplanation? ExplainRoute(RouteQuestion question) => _session?.ExplainRoute(question);

    /// <inheritdoc cref="ILessonSession.WatchObjectAsync"/>
    public IAsyncEnumerable<ObjectDetail> WatchObjectAsync(ClusterObjectKey key, CancellationToken cancellationToken) =>
        _session?.WatchObjectAsync(key, cancellationToken) ?? AsyncEnumerable.Empty<ObjectDetail>();

    /// <inheritdoc cref="ILessonSession.ReadObjectYamlAsync"/>
    public Task<string?> ReadObjectYamlAsync(ClusterObjectKey key, CancellationToken cancellationToken) =>
        _session?.ReadObjectYamlAsync(key, cancellationToken) ?? Task.FromResult<string?>(null);

    /// <inheritdoc cref="ILessonSession.ReadLogAsync"/>
    public IAsyncEnumerable<ImmutableArray<string>> ReadLogAsync(
        PodLogQuery query,
        CancellationToken cancellationToken
    ) => _session?.ReadLogAsync(query, cancellationToken) ?? AsyncEnumerable.Empty<ImmutableArray<string>>();

    /// <summary>A file beside the lesson that a block applies.</summary>
    public string? ReadFile(string path) => _session?.Lesson.ReadFile(path);

    /// <summary>Null before the page has attached.</summary>
    /// <inheritdoc cref="ILessonSession.AttachTerminalAsync"/>
    public Task<ITerminalAttachment>? AttachTerminalAsync(string? terminalId, int columns, int rows) =>
        GuestId is null
            ? _session?.AttachTerminalAsync(terminalId, columns, rows, leaving)
            : _session?.AttachGuestAsync(GuestId, terminalId, leaving);

    /// <returns>The id of the new terminal; null when there is none.</returns>
    public async Task<string?> OpenTerminalAsync()
    {
        string? id = null;
        await DoAsync(async s => id = await s.OpenTerminalAsync(leaving));
        return id;
    }

    public Task CloseTerminalAsync(string terminalId) => DoAsync(s => s.CloseTerminalAsync(terminalId, leaving));

    /// <summary>Lets a guest type, until this page goes at the latest.</summary>
    public Task AllowGuestAsync(string guestId)
    {
        _allowed.Add(guestId);
        return DoAsync(s => s.AllowGuestAsync(guestId, leaving));
    }

    public Task EndGuestAsync(string guestId) => DoAsync(s => s.EndGuestAsync(guestId, leaving));

    /// <summary>The page goes, or has no connection.</summary>
    public async Task LeaveAsync()
    {
        var allowed = _allowed.ToList();
        _allowed.Clear();
        foreach (var guest in allowed)
            if (_session is not null) await _session.EndGuestAsync(guest, CancellationToken.None);
    }

    public static IEnumerable<Block> RunnableBlocks(Section section, string provider) =>
        section.Blocks.Where(b => b.Runnable && !b.InSolution && b.RunsOn(provider));

    /// <summary>
    /// What has to be predicted before a block runs for the first time; null when there is nothing, or it is done.
    /// </summary>
    private Prediction? Awaited(string blockId) =>
        _session is { Lesson: var lesson, Current: var now } && GuestId is null && !HasSucceeded(blockId)
            ? lesson.Predictions.FirstOrDefault(p => p.BlockId == blockId && !now.Predictions.ContainsKey(p.Id))
            : null;

    private bool HasSucceeded(string blockId) =>
        _session?.Current.Runs.GetValueOrDefault(blockId)?.Phase == RunPhase.Succeeded;

    private async Task<string?> RunAsync(string[] blockIds, RunOptions options)
    {
        if (
            _session is null
            || GuestId is not null
            || limits.RefuseRuns(_session.Key.LearnerId, blockIds.Length) is not { } refusal
        )
        {
            await DoAsync(async s =>
            {
                foreach (var id in blockIds) await s.RunAsync(id, options, leaving);
            });
            return null;
        }
        return refusal;
    }

    private async Task DoAsync(Func<ILessonSession, Task> action)
    {
        if (_session is null) return;
        if (GuestId is not null)
        {
            snackbar.Add("You look on: what is run and checked here is the learner's to run and check.", Severity.Info);
            return;
        }
        try
        {
            await action(_session);
        }
        catch (RunRefusedException e)
        {
            snackbar.Add(e.Message, Severity.Warning);
        }
        catch (ClusterUnavailableException e)
        {
            snackbar.Add($"{e.Message} {e.Remedy}", Severity.Error);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
    }
}
