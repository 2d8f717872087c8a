using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Board;

/// <summary>A class at one moment: who is where, and who needs help. Immutable.</summary>
public sealed record ClassBoard
{
    public required string ClassId { get; init; }
    public required string Name { get; init; }
    public required string JoinCode { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }

    /// <summary>How long a session lasts; null for without end.</summary>
    public TimeSpan? SessionLength { get; init; }

    /// <summary>When this picture was taken; durations on the page count from here.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>In the order of joining.</summary>
    public ImmutableArray<LearnerRow> Learners { get; init; } = [];

    /// <summary>Those who are stuck, by what they are stuck on; the largest group first.</summary>
    public ImmutableArray<StuckGroup> Stuck { get; init; } = [];

    /// <summary>How many learners stand how in a section; who has no record of it has not started.</summary>
    public SectionDistribution Distribution(string sectionId)
    {
        int completed = 0, inProgress = 0, broken = 0;
        foreach (var learner in Learners)
        {
            switch (learner.Cells.GetValueOrDefault(sectionId)?.Status)
            {
                case SectionStatus.Completed: completed++; break;
                case SectionStatus.InProgress: inProgress++; break;
                case SectionStatus.BrokenAgain: broken++; break;
                default: break;
            }
        }
        return new SectionDistribution(Learners.Length - completed - inProgress - broken, inProgress, completed, broken);
    }
}

public sealed record SectionDistribution(int NotStarted, int InProgress, int Completed, int BrokenAgain);

/// <summary>One learner of the class.</summary>
public sealed record LearnerRow
{
    public required string LearnerId { get; init; }
    public required string Name { get; init; }

    /// <summary>A page of the lesson is open somewhere.</summary>
    public bool Online { get; init; }

    /// <summary>The section with the newest activity, or null before the first.</summary>
    public string? CurrentSectionId { get; init; }
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>When their session ends, or ended; null without a limit and before they began.</summary>
    public DateTimeOffset? SessionEndsAt { get; init; }
    public int Points { get; init; }
    public ImmutableDictionary<string, BoardCell> Cells { get; init; } = ImmutableDictionary<string, BoardCell>.Empty;
    public ImmutableArray<CheckResult> Checks { get; init; } = [];
    public ImmutableArray<BlockRun> Runs { get; init; } = [];
}

/// <param name="TimeOnStep">From the first activity until completion, or until now.</param>
/// <param name="FailingChecks">Checks of the section that were tried and do not hold.</param>
/// <param name="FailedRuns">Blocks of the section whose latest run did not succeed.</param>
public sealed record BoardCell(string SectionId, SectionStatus Status, DateTimeOffset Since, TimeSpan TimeOnStep, int FailingChecks, int FailedRuns);

/// <summary>Learners who are stuck on the same thing.</summary>
/// <param name="CheckId">The failing check, or null.</param>
/// <param name="BlockId">The failing block, or null.</param>
/// <param name="Message">What most of them see; null when they are only slow.</param>
/// <param name="Since">When the first of them got stuck.</param>
public sealed record StuckGroup(
    string SectionId,
    string? CheckId,
    string? BlockId,
    string? Message,
    DateTimeOffset Since,
    ImmutableArray<string> LearnerIds
)
{
    /// <summary>How many see <see cref="Message"/>; the others see something else of the same.</summary>
    public int Same { get; init; } = LearnerIds.Length;

    /// <summary>What the others see, the most frequent first.</summary>
    public ImmutableArray<string> OtherMessages { get; init; } = [];
}
