using System.Collections.Immutable;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;

namespace Portal.Classroom.Platforms;

/// <summary>
/// What learning platforms want to hear of their learners. How far somebody is follows from their progress; what is
/// kept here is what each platform has heard of it.
/// </summary>
public interface IPlatformScores
{
    /// <summary>
    /// Keeps where to send a learner's score; one that failed before is tried again at once. A column that was found
    /// for a classmate is this one's, too.
    /// </summary>
    Task RememberAsync(PlatformScore score, CancellationToken cancellationToken);

    /// <summary>The lessons of learners of whom a platform wants to hear.</summary>
    Task<ImmutableArray<ProgressKey>> ListKeysAsync(CancellationToken cancellationToken);

    /// <summary>Says how far a learner is.</summary>
    /// <returns>Whether a platform has not heard it yet.</returns>
    Task<bool> SetAsync(ProgressKey key, int done, int total, CancellationToken cancellationToken);

    /// <summary>What this platform has not heard yet, in the order in which it is due.</summary>
    Task<ImmutableArray<PlatformScore>> ListWaitingAsync(string platformKey, CancellationToken cancellationToken);

    /// <summary>Keeps the time that is about to be sent: no later attempt may send an earlier one.</summary>
    Task StampAsync(string id, DateTimeOffset stamp, CancellationToken cancellationToken);

    /// <summary>The column of this score, and of all others of its link and lesson, is here.</summary>
    Task FoundAsync(PlatformScore score, string lineItem, CancellationToken cancellationToken);

    /// <summary>The column that was found is gone: it is to be found again, and hears of everybody.</summary>
    Task LostAsync(PlatformScore score, CancellationToken cancellationToken);

    /// <summary>The platform took it.</summary>
    Task SentAsync(string id, int done, int total, CancellationToken cancellationToken);

    /// <summary>The platform did not take it.</summary>
    Task FailedAsync(string id, string problem, DateTimeOffset nextAt, CancellationToken cancellationToken);

    /// <summary>What platforms have not heard yet of a class, with learners, the longest refused first.</summary>
    Task<ImmutableArray<PlatformScore>> ListWaitingOfClassAsync(string classId, CancellationToken cancellationToken);

    /// <summary>Why no scores of a class can be sent, as its latest launch said; null when they can.</summary>
    Task<string?> FindProblemAsync(string classId, CancellationToken cancellationToken);

    /// <summary>How many scores of a class are sent anywhere.</summary>
    Task<int> CountOfClassAsync(string classId, CancellationToken cancellationToken);
}
