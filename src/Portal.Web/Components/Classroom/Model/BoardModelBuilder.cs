using System.Collections.Immutable;
using System.Globalization;
using Portal.Classroom.Board;
using Portal.Classroom.Model;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Help;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Classroom.Model;

/// <summary>Makes what a board shows of what is known. Pure.</summary>
internal sealed record BoardModelBuilder(ClassBoard Board, ImmutableArray<Section> Sections, BoardView View)
{
    /// <summary>For so long a learner may read.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(5);

    /// <summary>As learners are told.</summary>
    private static readonly TimeSpan s_endsSoon = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, int> _numbers = Board
        .Learners.Select((l, i) => (l.LearnerId, Number: i + 1))
        .ToDictionary(x => x.LearnerId, x => x.Number);

    public ImmutableDictionary<LessonSessionKey, SessionActivity> Activities { get; init; } =
        ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty;

    /// <summary>What the clock of who looks is ahead of UTC; null when that is not known.</summary>
    public TimeSpan? Offset { get; init; }

    /// <summary>Ids of learners who wait for help.</summary>
    public ImmutableHashSet<string> Asking { get; init; } = [];
    public ImmutableHashSet<string> Selected { get; init; } = [];
    public string Search { get; init; } = "";

    public BoardModel Build()
    {
        var sessions = Activities.Keys.CountBy(k => k.LearnerId).ToDictionary();
        var stuckSince = Board
            .Stuck.SelectMany(g => g.LearnerIds.Select(id => (id, g.Since)))
            .GroupBy(s => s.id)
            .ToDictionary(g => g.Key, g => g.Min(s => s.Since));
        var byId = Board.Learners.ToDictionary(l => l.LearnerId);
        var shown = Board.Learners.Where(l => IsShown(l, NameOf(l), stuckSince));
        var ordered = shown.OrderByDescending(l => View.Pinned.Contains(l.LearnerId));
        var rows = View.Order switch
        {
            BoardOrder.Name when !View.Hidden => ordered.ThenBy(l => l.Name, StringComparer.OrdinalIgnoreCase),
            BoardOrder.Progress => ordered.ThenByDescending(Done).ThenByDescending(l => l.Points),
            BoardOrder.Stuck => ordered.ThenBy(l => stuckSince.GetValueOrDefault(l.LearnerId, DateTimeOffset.MaxValue)),
            BoardOrder.Idle => ordered.ThenBy(l => LastActive(l) ?? DateTimeOffset.MaxValue),
            _ => ordered,
        };
        return new BoardModel(
            Board.Name,
            Board.JoinCode,
            Board.Learners.Length,
            Board.Learners.Count(l => l.Online),
            new([.. Sections.Select(Column)]),
            new(
                [
                    .. rows.ThenBy(l => _numbers[l.LearnerId])
                        .Select(l => Row(l, sessions.GetValueOrDefault(l.LearnerId))),
                ]
            ),
            new(
                [
                    .. Board.Stuck.Select(g => new StuckModel(
                        TitleOf(g),
                        Words(g),
                        string.Join('\n', g.OtherMessages),
                        Durations.Coarse(Board.At - g.Since),
                        new([.. g.LearnerIds.Where(byId.ContainsKey).Select(id => (id, NameOf(byId[id])))])
                    )),
                ]
            )
        );
    }

    /// <summary>As the board shows it: names may be hidden.</summary>
    public string NameOf(LearnerRow learner) =>
        View.Hidden ? $"Learner {_numbers[learner.LearnerId]}" : learner.Name;

    public SessionActivity? ActivityOf(string learnerId) =>
        Activities.GetValueOrDefault(new(learnerId, Board.CourseId, Board.LessonId));

    public DateTimeOffset? LastActive(LearnerRow learner) =>
        ActivityOf(learner.LearnerId)?.LastActive is { } at && !(at < learner.LastActivity) ? at : learner.LastActivity;

    private bool IsShown(LearnerRow learner, string name, Dictionary<string, DateTimeOffset> stuck) =>
        name.Contains(Search.Trim(), StringComparison.OrdinalIgnoreCase)
        && View.Filter switch
        {
            BoardFilter.Stuck => stuck.ContainsKey(learner.LearnerId),
            BoardFilter.Help => Asking.Contains(learner.LearnerId),
            BoardFilter.Idle => !IsDone(learner) && (LastActive(learner) is not { } at || Board.At - at >= IdleAfter),
            BoardFilter.Done => IsDone(learner),
            _ => true,
        };

    private int Done(LearnerRow learner) =>
        Sections.Count(s => learner.Cells.GetValueOrDefault(s.Id)?.Status == SectionStatus.Completed);

    private bool IsDone(LearnerRow learner) => Sections.Length > 0 && Done(learner) == Sections.Length;

    private BoardColumn Column(Section section) =>
        new(section.Id, Short(section), Phases.FullTitle(section), Board.Distribution(section.Id));

    private BoardRowModel Row(LearnerRow learner, int sessions)
    {
        var last = ActivityOf(learner.LearnerId)?.Last;
        var idle = LastActive(learner) is { } at && Board.At - at >= IdleAfter && !IsDone(learner)
            ? Durations.Coarse(Board.At - at)
            : "";
        return new BoardRowModel(
            learner.LearnerId,
            NameOf(learner),
            learner.Online,
            View.Pinned.Contains(learner.LearnerId),
            Selected.Contains(learner.LearnerId),
            Asking.Contains(learner.LearnerId),
            sessions,
            Company(ActivityOf(learner.LearnerId)?.People ?? []),
            last is { Failed: true } ? HowFailed(last) : "",
            last is { Failed: true } ? $"$ {last.Text}\n{last.Tail.Split('\n')[^1]}" : "",
            idle,
            learner.SessionEndsAt is not { } end ? ""
                : end <= Board.At ? "time is up"
                : $"until {LocalTime.Text(end, Offset)}",
            learner.SessionEndsAt - Board.At <= s_endsSoon,
            learner.Points,
            new([.. Sections.Select(s => Cell(learner, s, last))])
        );
    }

    private string Company(ImmutableArray<SessionPerson> people) =>
        string.Join(
            " · ",
            people
                .Where(p => p.IsLearner && p.Pages > 1)
                .Select(p => $"{p.Pages} pages")
                .Concat(
                    people
                        .Where(p => !p.IsLearner)
                        .Select(p => SessionPeople.Of(p, View.Hidden ? "an instructor" : p.Name))
                )
        );

    private static BoardCellModel Cell(LearnerRow learner, Section section, LearnerCommand? last)
    {
        var current = learner.CurrentSectionId == section.Id;
        var failed = last is { Failed: true } && (last.SectionId ?? learner.CurrentSectionId) == section.Id;
        var title = Phases.FullTitle(section);
        if (learner.Cells.GetValueOrDefault(section.Id) is not { } cell)
        {
            var none = nameof(SectionStatus.NotStarted);
            return new(section.Id, none, "idle", current, failed, "", $"{title}: not started");
        }
        var (css, word) = Look(cell);
        var time = Durations.Coarse(cell.TimeOnStep);
        var open = cell.FailingChecks == 0 ? "" : $", {cell.FailingChecks} checks open";
        var error = failed ? $"\n{HowFailed(last!)}: {last!.Text}" : "";
        title = $"{title}: {word}, {time}{open}{error}";
        return new(section.Id, cell.Status.ToString(), css, current, failed, time, title);
    }

    public static string HowFailed(LearnerCommand command) =>
        command.Phase == RunPhase.TimedOut ? "timed out"
        : command.ExitCode is { } code ? $"exit {code}"
        : "no exit status";

    private static (string Css, string Word) Look(BoardCell cell) => cell.Status switch
    {
        SectionStatus.Completed => ("ok", "completed"),
        SectionStatus.BrokenAgain => ("bad", "broken again"),
        _ when cell.FailedRuns > 0 || cell.FailingChecks > 0 => ("warn", "in progress, a run or check fails"),
        SectionStatus.InProgress => ("active", "in progress"),
        _ => ("idle", "not started"),
    };

    public static string Short(Section section) => section.Kind switch
    {
        SectionKind.Step => section.Number.ToString(CultureInfo.InvariantCulture),
        SectionKind.Exercise => $"Ex {section.Number}",
        SectionKind.Verification when section.Number > 0 => $"V{section.Number}",
        _ => section.Title.Length <= 8 ? section.Title : section.Title[..7] + "…",
    };

    private static string Words(StuckGroup group) =>
        group.Message is not { } message ? "no progress for a while"
        : group.Same == group.LearnerIds.Length ? message
        : $"{group.Same} of {group.LearnerIds.Length}: {message}";

    private string TitleOf(StuckGroup group)
    {
        var section = Sections.FirstOrDefault(s => s.Id == group.SectionId);
        var place = section is null ? group.SectionId : Phases.Label(section) ?? section.Title;
        var check = section?.Checks.FirstOrDefault(c => c.Id == group.CheckId)?.Title;
        return check is null ? place : $"{place} · {check}";
    }
}
