namespace Portal.Classroom.Model;

/// <summary>The latest run of a block by a learner.</summary>
public sealed class BlockRun
{
    public required string LearnerId { get; init; }
    public required string CourseId { get; init; }
    public required string LessonId { get; init; }
    public required string BlockId { get; init; }
    public required string SectionId { get; set; }
    public RunStatus Status { get; set; }

    /// <summary>Index of the command that failed, or -1.</summary>
    public int FailedCommand { get; set; }
    public TimeSpan Duration { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>How often the block was run.</summary>
    public int Count { get; set; }
}

public enum RunStatus { Waiting, Running, Succeeded, Failed, Stopped, TimedOut }
