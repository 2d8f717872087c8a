using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Messages;

/// <summary>What instructors write to their learners; kept until it is dismissed, over a restart too.</summary>
public interface IMessages
{
    /// <summary>Sends to those of the named learners who are in the class.</summary>
    /// <returns>To how many it went.</returns>
    /// <exception cref="ClassroomException">The sender does not instruct the class, or there is no text.</exception>
    Task<int> SendAsync(
        string classId,
        string senderId,
        IReadOnlyCollection<string> learnerIds,
        string text,
        CancellationToken cancellationToken
    );

    /// <summary>What a learner has not dismissed, the oldest first; now and after each change.</summary>
    IAsyncEnumerable<ImmutableArray<LearnerMessage>> WatchInboxAsync(
        string learnerId,
        CancellationToken cancellationToken
    );

    /// <summary>A page of the learner's shows all that there is.</summary>
    Task DeliveredAsync(string learnerId, CancellationToken cancellationToken);

    /// <summary>The learner has read a message and wants it gone; without effect on the messages of others.</summary>
    Task DismissAsync(string learnerId, string messageId, CancellationToken cancellationToken);

    /// <summary>What was sent to a class last, the newest first; now and after each change.</summary>
    IAsyncEnumerable<ImmutableArray<SentMessage>> WatchSentAsync(string classId, CancellationToken cancellationToken);
}

/// <summary>A message and how far it has come.</summary>
/// <param name="LearnerId">To whom, when it went to one only.</param>
public sealed record SentMessage(
    string BatchId,
    string FromName,
    string Text,
    DateTimeOffset SentAt,
    string? LearnerId,
    int Recipients,
    int Delivered,
    int Read
);
