using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Classroom.Board;
using Portal.Content;
using Portal.Content.Model;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Web.Components.Help;
using Portal.Web.Components.Shared;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Lessons;

/// <summary>
/// A lesson: its text, and beside it the cluster. The page only attaches to the learner's session, which lives on without
/// it; the text is there before the page is connected.
/// </summary>
public sealed partial class LessonPage : LiveComponentBase
{
    private Course? _course;
    private LessonEntry? _entry;
    private Lesson? _lesson;
    private LessonSessionKey? _key;
    private SessionSnapshot? _snapshot;

    /// <summary>What keeps the session from beginning; null once it has.</summary>
    private Admission? _admission;
    private LessonActions _actions = null!;
    private IDisposable? _presence;
    private IJSObjectReference? _module;
    private IJSObjectReference? _page;
    private ElementReference _root;
    private string _announcement = "";
    private bool _outlineOpen;
    private bool _sheetOpen;

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required ISessionAdmission Admissions { get; init; }

    [Inject]
    public required RateLimits Limits { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required LocalClassroom Classroom { get; init; }

    [Inject]
    public required PageConsent Consent { get; init; }

    [Inject]
    public required IPresence Presence { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter]
    public required string CourseId { get; set; }

    [Parameter]
    public required string LessonId { get; set; }

    private string Provider => _snapshot?.Cluster.Provider ?? "sandbox";

    private bool CanRun => _snapshot is { Cluster.Phase: ClusterPhase.Ready, Workspace.Phase: WorkspacePhase.Ready };

    private string NotReady =>
        _snapshot switch
        {
            null when _admission is Admission.Left => "Not waiting",
            null when _admission is not null => "Waiting…",
            null => "Connecting…",
            {
                Cluster.Phase: ClusterPhase.Failed or ClusterPhase.Gone or ClusterPhase.Deleting or ClusterPhase.Deleted
            } => "No cluster",
            { Cluster.Phase: ClusterPhase.Resetting } => "Resetting…",
            { Workspace.Phase: WorkspacePhase.Failed } => "No shell",
            _ => "Starting…",
        };

    protected override void OnInitialized()
    {
        _actions = new LessonActions(Snackbar, Sessions, Limits, Disposing) { Restart = () => Follow(AttachAsync) };
        Consent.End = _actions.LeaveAsync;
        _course = Catalog.Courses.FirstOrDefault(c => c.Id == CourseId);
        _entry = _course?.Lessons.FirstOrDefault(l => l.Id == LessonId);
        _actions.Lesson = _lesson = Catalog.FindLesson(CourseId, LessonId);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || _lesson is null) return;
        Follow(AttachAsync);
        // The lesson does not wait for the instructor's board, whose store may be away.
        Follow(c => Classroom.KeepClassAsync(CourseId, LessonId, _lesson.Title, c));
        _module = await Js.ImportAsync(Assets, "Components/Lessons/LessonPage.razor.js");
        _page = await _module.InvokeAsync<IJSObjectReference>("start", _root);
    }

    private async Task AttachAsync(CancellationToken cancellationToken)
    {
        var learner = await Learner.GetAsync();
        var key = _key = new LessonSessionKey(learner.Id, CourseId, LessonId);
        ILessonSession session;
        do
        {
            if (await EnterAsync(key, learner.IsInstructor, cancellationToken) is not { } entered) return;
            session = entered;
            await InvokeAsync(() =>
            {
                _actions.Attach(session);
                _presence ??= Presence.Enter(learner.Id, CourseId, LessonId);
            });
            var person = new SessionPerson(learner.Id, learner.Name, IsLearner: true);
            await using var visit = await session.EnterAsync(person, cancellationToken);
            await foreach (var snapshot in session.WatchAsync(cancellationToken))
            {
                await InvokeAsync(() =>
                {
                    Announce(_snapshot, snapshot);
                    _snapshot = snapshot;
                    StateHasChanged();
                });
            }
            // The session ended under the page: somebody closed it. Attaching again starts a fresh one, unless its
            // learner
            // has deleted the cluster, or its time was up: then the next one is theirs to start.
        }
        while (
            !cancellationToken.IsCancellationRequested
            && session.Current is { TimeIsUp: false, Cluster.Phase: not ClusterPhase.Deleted }
        );
    }

    /// <summary>Waits until there is room for the session; null when its learner would not.</summary>
    private async Task<ILessonSession?> EnterAsync(
        LessonSessionKey key,
        bool isInstructor,
        CancellationToken cancellationToken
    )
    {
        ILessonSession? session = null;
        await foreach (var admission in Admissions.EnterAsync(key, isInstructor, cancellationToken))
        {
            session = (admission as Admission.Admitted)?.Session;
            await InvokeAsync(() =>
            {
                // What was a session's is not shown as one that could be used.
                if (session is null) _snapshot = null;
                _admission = session is null ? admission : null;
                _actions.NotYet = admission switch
                {
                    Admission.Left => "You do not wait for a place.",
                    Admission.Admitted => "Connecting to your session…",
                    _ => "Your cluster starts when there is a place for you.",
                };
                StateHasChanged();
            });
        }
        return session;
    }

    /// <summary>Says what just ended, for those who do not see it.</summary>
    private void Announce(SessionSnapshot? before, SessionSnapshot after)
    {
        if (before is null) return;
        if (before.ActiveBlockId is { } id && after.ActiveBlockId != id && after.Runs.GetValueOrDefault(id) is { } run && run.Phase != RunPhase.Running)
        {
            var section = _lesson!.Sections.FirstOrDefault(s => s.Blocks.Any(b => b.Id == id));
            _announcement = $"{(section is null ? "Block" : Phases.FullTitle(section))}: run {Phases.Of(run.Phase).Word}, {run.Commands.Length} commands.";
        }
        foreach (var check in _lesson!.Checks)
        {
            if (after.Checks.GetValueOrDefault(check.Id)?.IsPassed == true && before.Checks.GetValueOrDefault(check.Id) is { IsPassed: false })
            {
                _announcement = $"Check passed: {check.Title}.";
            }
        }
    }

    private static IEnumerable<string> Facts(Lesson lesson)
    {
        if (lesson.Difficulty.Length > 0) yield return lesson.Difficulty;
        if (lesson.Minutes > 0) yield return $"{lesson.Minutes} minutes";
        if (lesson.Kubernetes is not null) yield return $"Kubernetes {lesson.Kubernetes}";
        if (lesson.Istio is not null) yield return $"Istio {lesson.Istio}";
        if (lesson.Prerequisites.Length > 0) yield return $"After: {lesson.Prerequisites}";
        foreach (var run in lesson.Verified) yield return string.Create(CultureInfo.InvariantCulture, $"Verified on {run.Provider}, Kubernetes {run.Kubernetes}{(run.Istio is null ? "" : $" and Istio {run.Istio}")}: {run.On:d MMMM yyyy}");
    }

    protected override async ValueTask LeaveAsync()
    {
        _presence?.Dispose();
        await _actions.LeaveAsync();
        await _page.SafeInvokeAsync("stop");
        await _page.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
    }
}
