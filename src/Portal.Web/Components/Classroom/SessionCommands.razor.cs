using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Classroom;
using Portal.Classroom.Access;
using Portal.Classroom.Classes;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// What an instructor does with the sessions of some learners: asked first, done to all at once, and told for each for
/// whom it was not possible.
/// </summary>
public sealed partial class SessionCommands : LiveComponentBase
{
    private ImmutableArray<string> _outcome = [];

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required IAccess Access { get; init; }

    [Inject]
    public required ISessionTimes Times { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required LearnerContext Viewer { get; init; }

    [Parameter, EditorRequired]
    public required string ClassId { get; set; }

    [Parameter, EditorRequired]
    public required string CourseId { get; set; }

    [Parameter, EditorRequired]
    public required string LessonId { get; set; }

    /// <summary>Ids of learners of the class.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyCollection<string> Learners { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Section> Sections { get; set; }

    /// <summary>As the page shows names: they may be hidden.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    /// <summary>Whether sessions of the class have an end.</summary>
    [Parameter]
    public bool Limited { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private bool IsOne => Learners.Count == 1;

    private string Whom => IsOne ? NameOf(Learners.First()) : $"{Learners.Count} learners";

    private async Task RewindAsync()
    {
        // Of those that can be, the one that most can go back to is a click away.
        var kept = Learners.SelectMany(id => Find(id)?.Current.Checkpoints ?? []).CountBy(id => id).ToDictionary();
        var choices = Sections
            .Where(s => s.Blocks.Any(b => b.Runnable))
            .Select(s => (s.Id, $"{Phases.FullTitle(s)} ({Possible(kept.GetValueOrDefault(s.Id))})"))
            .ToImmutableArray();
        var question = new ChoiceQuestion(
            $"Rewind {Whom}?",
            $"{(IsOne ? "Their cluster goes back to where it was" : "Their clusters go back to where they were")} "
                + "before a step: what was made "
                + "there and later is undone, and what runs is stopped. Files, progress and points stay. "
                + $"{(IsOne ? "They read" : "Each reads")} that it was you.",
            IsOne ? "Rewind" : $"Rewind {Learners.Count}",
            "Back to before",
            choices,
            choices.LastOrDefault(c => kept.GetValueOrDefault(c.Id) == Learners.Count).Id,
            Danger: true
        );
        if (await question.AskAsync(Dialogs) is not { Length: > 0 } section) return;
        var title = Sections.FirstOrDefault(s => s.Id == section) is { } s ? Phases.Label(s) ?? s.Title : section;
        await DoAsync($"rewound to before {title}", (session, by) => session.RewindAsync(section, by, Disposing));
    }

    private async Task ExtendAsync()
    {
        var question = new ChoiceQuestion(
            $"Give {Whom} more time?",
            $"It is added to {(IsOne ? "their end" : "the end of each")}, or counts from now where that is over. "
                + $"{(IsOne ? "They read" : "Each reads")} that it was you.",
            "Give time",
            "How much",
            [("15", "15 minutes"), ("30", "30 minutes"), ("60", "60 minutes")]
        );
        if (!int.TryParse(await question.AskAsync(Dialogs), CultureInfo.InvariantCulture, out var minutes)) return;
        var learners = Learners.ToList();
        var viewer = await Viewer.GetAsync();
        ImmutableDictionary<string, DateTimeOffset> ends;
        try
        {
            ends = await Times.ExtendAsync(ClassId, viewer.Id, learners, TimeSpan.FromMinutes(minutes), Disposing);
        }
        catch (ClassroomException e)
        {
            _outcome = [e.Message];
            return;
        }
        foreach (var (id, end) in ends)
            if (Find(id) is { } session) await session.ExtendAsync(end, viewer.Name, Disposing);
        Tell(
            $"{(learners.Count == 1 ? "has" : "have")} {minutes} more minutes",
            learners.Select(id => (id, ends.ContainsKey(id) ? null : "They have not begun: no time runs yet."))
        );
    }

    private async Task ResetAsync()
    {
        var question = new ChoiceQuestion(
            IsOne ? $"Reset the cluster of {Whom}?" : $"Reset the clusters of {Whom}?",
            $"What is in {(IsOne ? "their cluster" : "their clusters")} is lost, what runs is stopped. Progress and "
                + "points stay.",
            IsOne ? "Reset cluster" : $"Reset {Learners.Count} clusters",
            Danger: true
        );
        if (await question.AskAsync(Dialogs) is null) return;
        await DoAsync("reset", (session, by) => session.ResetAsync(by, Disposing));
    }

    private async Task EndAsync()
    {
        var question = new ChoiceQuestion(
            IsOne ? $"End the session of {Whom}?" : $"End the sessions of {Whom}?",
            "What runs is stopped. Clusters, files and progress stay, and an open page starts again by itself.",
            IsOne ? "End session" : $"End {Learners.Count} sessions",
            Danger: true
        );
        if (await question.AskAsync(Dialogs) is null) return;
        await DoAsync("ended", (session, _) => Sessions.CloseAsync(session.Key, Disposing));
    }

    private string Possible(int count) =>
        count == 0 ? "not begun"
        : count == Learners.Count ? "possible"
        : $"possible for {count} of {Learners.Count}";

    private async Task DoAsync(string done, Func<ILessonSession, string, Task> command)
    {
        var viewer = await Viewer.GetAsync();
        if (!await Access.InstructsAsync(viewer.Id, ClassId, Disposing))
        {
            _outcome = ["You do not teach this class any more."];
            return;
        }
        // All are asked at once: each session does it in its own time.
        var learners = Learners.ToList();
        var problems = await Task.WhenAll(
            learners.Select(id =>
                Find(id) is { } session
                    ? TryAsync(() => command(session, viewer.Name))
                    : Task.FromResult<string?>("There is no session open.")
            )
        );
        Tell(done, learners.Zip(problems));
    }

    private void Tell(string done, IEnumerable<(string Id, string? Problem)> all)
    {
        var outcomes = all.ToList();
        _outcome =
        [
            $"{outcomes.Count(o => o.Problem is null)} of {outcomes.Count} {done}.",
            .. outcomes
                .Where(o => o.Problem is not null)
                .GroupBy(o => o.Problem)
                .Select(g => $"Not {Names(g.Select(o => o.Id))}: {g.Key}"),
        ];
    }

    private string Names(IEnumerable<string> ids) =>
        string.Join(", ", ids.Select(NameOf).Order(StringComparer.OrdinalIgnoreCase));

    private ILessonSession? Find(string learnerId) => Sessions.Find(new(learnerId, CourseId, LessonId));

    /// <returns>Why it was not possible, or null.</returns>
    private static async Task<string?> TryAsync(Func<Task> command)
    {
        try
        {
            await command();
            return null;
        }
        catch (RunRefusedException e)
        {
            return e.Message;
        }
        catch (ClusterUnavailableException e)
        {
            return $"{e.Message} {e.Remedy}";
        }
    }
}
