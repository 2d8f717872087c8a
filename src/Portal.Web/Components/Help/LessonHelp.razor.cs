using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Classroom;
using Portal.Classroom.Help;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Help;

/// <summary>Where a learner asks for help and sees how the request stands.</summary>
public sealed partial class LessonHelp : LiveComponentBase
{
    private bool _heard;
    private bool _open;
    private HelpState? _state;
    private string _text = "";
    private string? _problem;

    /// <summary>The cluster as it was when the learner came to their section.</summary>
    private (string? SectionId, ClusterSummary Summary)? _base;

    [Inject]
    public required IHelpDesk Desk { get; init; }

    [Inject]
    public required ISessionActivities Activities { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    private string Word => _state switch
    {
        null => "Ask for help",
        { TakenByName: { } name } => $"{name} is on it",
        var state => $"Waiting for help · {state.Position}",
    };

    protected override void OnParametersSet()
    {
        if (Snapshot is not { Summary.Synced: true } s) return;
        var section = SectionOf(s);
        if (_base is null || _base.Value.SectionId != section) _base = (section, s.Summary);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) FollowDatabase(WatchAsync, Time);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var learner = (await Learner.GetAsync()).Id;
        await foreach (var state in Desk.WatchAsync(learner, Lesson.CourseId, Lesson.Id, cancellationToken))
        {
            var heard = await Desk.IsHeardAsync(learner, Lesson.CourseId, Lesson.Id, cancellationToken);
            if (state == _state && heard == _heard) continue;
            await InvokeAsync(() =>
            {
                if (_state is not null && state is null) _open = false;
                (_state, _heard) = (state, heard);
                StateHasChanged();
            });
        }
    }

    private void OnKey(KeyboardEventArgs e)
    {
        if (e.Key == "Escape") _open = false;
    }

    private Task AskAsync() => DoAsync(async learner =>
    {
        var last = Activities.Current.GetValueOrDefault(new(learner, Lesson.CourseId, Lesson.Id)) is { } activity
            ? activity.LastFailure ?? activity.Last
            : null;
        var changed = _base is { } before && Snapshot is { } now
            ? ClusterDiff.Lines(before.Summary, now.Summary)
            : null;
        var section = Snapshot is { } s ? SectionOf(s) : null;
        await Desk.AskAsync(
            new HelpQuestion(
                learner,
                Lesson.CourseId,
                Lesson.Id,
                last?.SectionId ?? section,
                _text,
                last?.Text,
                last?.ExitCode,
                last?.Tail,
                changed
            ),
            Disposing
        );
        _text = "";
        _open = false;
    });

    private Task CloseAsync() => DoAsync(async learner =>
    {
        if (_state is { } state) await Desk.CloseAsync(state.RequestId, learner, Disposing);
        _open = false;
    });

    private async Task DoAsync(Func<string, Task> action)
    {
        try
        {
            _problem = null;
            await action((await Learner.GetAsync()).Id);
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
        catch (Exception e) when (DatabaseAway.Is(e))
        {
            _problem = "The portal's database does not answer. Try again in a moment.";
        }
    }

    /// <summary>The first section that is begun and not completed, or else the first that is not begun.</summary>
    private string? SectionOf(SessionSnapshot snapshot) =>
        (
            FirstIn(snapshot, SectionPhase.InProgress, SectionPhase.BrokenAgain)
            ?? FirstIn(snapshot, SectionPhase.NotStarted)
        )?.Id;

    private Section? FirstIn(SessionSnapshot snapshot, params SectionPhase[] phases) =>
        Lesson.Sections.FirstOrDefault(s =>
            snapshot.Sections.GetValueOrDefault(s.Id) is { } progress && phases.Contains(progress.Phase)
        );
}
