using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Exports;

/// <summary>What leaves the portal as a file.</summary>
public interface IExports
{
    /// <summary>All that is kept of one person, but no secret such as a password's hash; null for nobody.</summary>
    Task<PersonExport?> FindPersonAsync(string id, CancellationToken cancellationToken);

    /// <summary>How far the learners of a class are in its lesson; null when there is no such class.</summary>
    Task<ClassExport?> FindClassAsync(string classId, CancellationToken cancellationToken);
}

public sealed record PersonExport(
    string Id,
    string Name,
    DateTimeOffset CreatedAt,
    AccountExport? Account,
    ImmutableArray<MembershipExport> Classes,
    ImmutableArray<SectionProgress> Sections,
    ImmutableArray<BlockRun> Runs,
    ImmutableArray<RunFailure> Failures,
    ImmutableArray<CheckResult> Checks,
    ImmutableArray<CheckEvidence> Evidence,
    ImmutableArray<HelpRequest> HelpRequests,
    ImmutableArray<LearnerMessage> Messages,
    ImmutableArray<PlatformScore> PlatformScores
);

/// <param name="Providers">Identity providers that the person signed in with.</param>
/// <param name="Passkeys">Their names.</param>
public sealed record AccountExport(
    string? UserName,
    string? Email,
    PortalRole Role,
    DateTimeOffset? LastSeenAt,
    ImmutableArray<string> Providers,
    ImmutableArray<string> Passkeys
);

/// <param name="JoinedAt">Null for who teaches it.</param>
public sealed record MembershipExport(string ClassId, string Name, DateTimeOffset? JoinedAt);

public sealed record ClassExport(
    string Id,
    string Name,
    string CourseId,
    string LessonId,
    ImmutableArray<LearnerExport> Learners
);

public sealed record LearnerExport(
    string Id,
    string Name,
    int Points,
    ImmutableArray<SectionExport> Sections,
    ImmutableArray<CheckExport> Checks
);

/// <param name="Seconds">
/// From the first thing that the learner did in it to its completion, without <paramref name="AwaySeconds"/>.
/// </param>
/// <param name="AwaySeconds">Pauses longer than <see cref="Reports.IClassReports.AwayAfter"/>.</param>
/// <param name="Runs">How often its blocks were run.</param>
/// <param name="Failures">How many of those runs failed.</param>
public sealed record SectionExport(
    string Id,
    string Kind,
    SectionStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    double? Seconds,
    double? AwaySeconds,
    int Runs,
    int Failures
);

/// <param name="At">When it last came out otherwise.</param>
/// <param name="Seconds">From the first thing that the learner did in its section to its passing, likewise.</param>
public sealed record CheckExport(
    string Id,
    string SectionId,
    CheckStatus Status,
    int Points,
    DateTimeOffset At,
    double? Seconds
);
