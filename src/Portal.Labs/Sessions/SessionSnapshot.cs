using System.Collections.Immutable;
using System.Globalization;
using Portal.Clusters;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;

namespace Portal.Labs.Sessions;

/// <summary>Everything a page shows of a lesson session at one moment. Immutable.</summary>
public sealed record SessionSnapshot
{
    public required ClusterStatus Cluster { get; init; }
    public ClusterSummary Summary { get; init; } = ClusterSummary.Empty;

    /// <summary>What the steps have changed in the cluster.</summary>
    public ClusterChanges Changes { get; init; } = ClusterChanges.None;

    /// <summary>The latest run of each block, by block id.</summary>
    public ImmutableDictionary<string, RunSnapshot> Runs { get; init; } = ImmutableDictionary<string, RunSnapshot>.Empty;

    /// <summary>
    /// What blocks would change, by block id, as it was when that was asked; gone when the block runs. The commands are
    /// those that kubectl tried (see <see cref="BlockPreview"/>).
    /// </summary>
    public ImmutableDictionary<string, RunSnapshot> Previews { get; init; } =
        ImmutableDictionary<string, RunSnapshot>.Empty;

    /// <summary>The block that runs now, or null.</summary>
    public string? ActiveBlockId { get; init; }

    /// <summary>Ids of the blocks that wait, in order.</summary>
    public ImmutableArray<string> Waiting { get; init; } = [];

    /// <summary>State of each check, by check id; every check of the lesson has an entry.</summary>
    public ImmutableDictionary<string, CheckState> Checks { get; init; } = ImmutableDictionary<string, CheckState>.Empty;

    /// <summary>What the learner has predicted: keys of choices, by prediction id.</summary>
    public ImmutableDictionary<string, string> Predictions { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Progress of each section that can be completed, by section id.</summary>
    public ImmutableDictionary<string, SectionProgress> Sections { get; init; } = ImmutableDictionary<string, SectionProgress>.Empty;
    public ImmutableArray<BackgroundJob> Jobs { get; init; } = [];

    /// <summary>TCP ports that programs of the workspace listen on, in order.</summary>
    public ImmutableArray<ListeningPort> Ports { get; init; } = [];

    /// <summary>The terminals beside the first one, by number.</summary>
    public ImmutableArray<SideTerminal> Terminals { get; init; } = [];
    public WorkspaceStatus Workspace { get; init; } = new(WorkspacePhase.Starting, null, null);

    /// <summary>What is late at the moment and why; empty when all is well.</summary>
    public ImmutableArray<SessionTrouble> Troubles { get; init; } = [];

    /// <summary>Ids of the blocks whose latest run is shown but not in the database yet.</summary>
    public ImmutableHashSet<string> UnsavedBlocks { get; init; } = [];

    /// <summary>Ids of the checks and predictions whose state is shown but not in the database yet.</summary>
    public ImmutableHashSet<string> UnsavedChecks { get; init; } = [];

    /// <summary>
    /// Ids of the sections that were begun on this cluster, oldest first: it can go back to before each of them.
    /// </summary>
    public ImmutableArray<string> Checkpoints { get; init; } = [];

    /// <summary>When the session ends; null for without end.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>It is a few minutes until then.</summary>
    public bool EndsSoon { get; init; }

    /// <summary>It has ended because of that.</summary>
    public bool TimeIsUp { get; init; }

    /// <summary>What somebody else did last to the session, until its learner has seen it; else null.</summary>
    public SessionIntervention? Intervention { get; init; }

    /// <summary>The requests that the learner sent last from the page, or null.</summary>
    public TrafficRun? Traffic { get; init; }

    /// <summary>Who has a page of the session open, its learner among them.</summary>
    public ImmutableArray<SessionPerson> People { get; init; } = [];

    /// <summary>Who asked to type in the learner's terminal, and who may.</summary>
    public ImmutableArray<TerminalGuest> Guests { get; init; } = [];
    public int PointsEarned { get; init; }
    public int PointsTotal { get; init; }
}

public enum InterventionKind { Reset, Rewound, Extended }

/// <summary>Something that an instructor did to a learner's session.</summary>
/// <param name="By">Their name.</param>
/// <param name="SectionId">The section that the cluster is before now, when it was rewound.</param>
public sealed record SessionIntervention(InterventionKind Kind, string By, string? SectionId, DateTimeOffset At);

/// <summary>After Gone and Deleted nothing follows: the session is over, with its cluster kept or deleted.</summary>
public enum ClusterPhase { Starting, Ready, Failed, Resetting, Gone, Deleting, Deleted }

/// <param name="Progress">Lines told while the cluster starts, oldest first.</param>
/// <param name="Message">What went wrong, for the learner; null unless failed.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Past">Whether what was done in it before is still there, once it is ready.</param>
public sealed record ClusterStatus(
    string Provider,
    ClusterPhase Phase,
    ClusterCapabilities? Capabilities,
    DateTimeOffset Since,
    ImmutableArray<string> Progress,
    string? Message = null,
    string? Remedy = null,
    ClusterPast Past = ClusterPast.New
);

public enum TroubleKind { Loading, Saving, Grading, Summary, HomeFull }

/// <summary>Something of the portal's own that is late and comes by itself, or a home that is full.</summary>
/// <param name="Message">What is late, why, and what becomes of the learner's work; in words for the learner.</param>
public sealed record SessionTrouble(TroubleKind Kind, DateTimeOffset Since, string Message);

public enum WorkspacePhase { Starting, Ready, Failed }

/// <summary>The learner's shell and files.</summary>
public sealed record WorkspaceStatus(WorkspacePhase Phase, string? Message, string? Remedy);

public enum RunPhase { Waiting, Running, Succeeded, Failed, Stopped, TimedOut }

/// <summary>One execution of a block.</summary>
public sealed record RunSnapshot
{
    public required string RunId { get; init; }
    public required string BlockId { get; init; }
    public required RunPhase Phase { get; init; }
    public ImmutableArray<CommandSnapshot> Commands { get; init; } = [];
    public DateTimeOffset Started { get; init; }
    public TimeSpan Duration { get; init; }

    /// <summary>True when this run executed other text than the block's own.</summary>
    public bool Edited { get; init; }
}

/// <summary>One command of a run.</summary>
public sealed record CommandSnapshot
{
    public required int Index { get; init; }

    /// <summary>The complete shell statement as it stands in the block.</summary>
    public required string Text { get; init; }
    public required RunPhase Phase { get; init; }
    public int? ExitCode { get; init; }
    public TimeSpan Duration { get; init; }

    /// <summary>Output so far, with ANSI colour sequences, bounded; the oldest is dropped first.</summary>
    public string Output { get; init; } = "";

    /// <summary>Bytes of output that were dropped from the front.</summary>
    public long Dropped { get; init; }
}

public enum CheckPhase { NotYet, Passed, BrokenAgain, Checking }

/// <summary>How a check stands.</summary>
/// <param name="Message">What was expected and found, and where, in words for the learner; null when never evaluated.</param>
/// <param name="Wrong">True when <paramref name="Message"/> comes from a recognised mistake.</param>
/// <param name="Details">Probe log, line by line; for "details on demand".</param>
public sealed record CheckState(string CheckId, CheckPhase Phase, string? Expected = null, string? Found = null, string? Where = null, string? Message = null, bool Wrong = false, DateTimeOffset? Since = null, ImmutableArray<string> Details = default)
{
    /// <summary>
    /// What it was passed on, or when it is broken again what ended that; null in other states, and when it was not
    /// kept.
    /// </summary>
    public CheckFinding? Evidence { get; init; }

    public bool IsPassed => Phase == CheckPhase.Passed;
}

public enum SectionPhase { NotStarted, InProgress, Completed, BrokenAgain }

/// <summary>
/// A step is completed when every runnable block of it (for this provider) has succeeded and its checks have passed;
/// an exercise, a tip or a troubleshooting case when its checks have passed. Durable before it is shown.
/// </summary>
public sealed record SectionProgress(string SectionId, SectionPhase Phase, DateTimeOffset? CompletedAt);

/// <summary>A port that a program of the workspace listens on.</summary>
/// <param name="BlockId">The block whose run opened it, or null when it was opened in the terminal.</param>
public sealed record ListeningPort(int Number, string? BlockId);

/// <summary>A job that the workspace's main shell runs in the background.</summary>
public sealed record BackgroundJob(int Number, int ProcessId, string Command, bool Running);

/// <summary>A terminal beside the first one, with a shell of its own.</summary>
/// <param name="Id">No other one ever has it.</param>
/// <param name="Number">From 2 on; free again when it is closed.</param>
public sealed record SideTerminal(string Id, int Number)
{
    /// <summary>There are no more at once.</summary>
    public const int Limit = 3;

    public string Title => string.Create(CultureInfo.InvariantCulture, $"Terminal {Number}");
}

/// <summary>Somebody who has pages of a session open.</summary>
/// <param name="IsLearner">Whose session it is; else somebody who looks on.</param>
/// <param name="MayType">Whether they may type in the learner's terminal, now.</param>
public sealed record SessionPerson(string Id, string Name, bool IsLearner, int Pages = 1, bool MayType = false);

/// <summary>Somebody who asked to type in the learner's terminal.</summary>
/// <param name="Id">Of one page of theirs: their own id, a slash, and the page's.</param>
/// <param name="MayType">Whether the learner allows it, now.</param>
public sealed record TerminalGuest(string Id, string Name, bool MayType)
{
    public string PersonId => Id.Split('/')[0];
}
