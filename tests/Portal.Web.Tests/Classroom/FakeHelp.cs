using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Classroom.Help;
using Portal.Classroom.Messages;
using Portal.Classroom.Model;
using Portal.Shared;

namespace Portal.Web.Tests.Classroom;

/// <summary>Requests for help and messages in memory, of a class that everybody is in.</summary>
internal sealed class FakeHelp : IHelpDesk, IMessages
{
    private readonly Live<Box<HelpRequest>> _requests = new(new([]), TimeProvider.System);
    private readonly Live<Box<LearnerMessage>> _messages = new(new([]), TimeProvider.System);

    private int _failures;

    /// <summary>Thrown by whatever is asked, or null.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How often it was thrown.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Whether learners are in a class.</summary>
    public bool Heard { get; set; } = true;

    /// <summary>All that were asked, closed ones too.</summary>
    public ImmutableList<HelpQuestion> Questions { get; private set; } = [];
    public ImmutableArray<LearnerMessage> Messages => _messages.Current.Items;

    public Task<bool> IsHeardAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    ) => Task.FromResult(Heard);

    public Task<HelpRequest> AskAsync(HelpQuestion question, CancellationToken cancellationToken)
    {
        Fail();
        Questions = Questions.Add(question);
        var request = new HelpRequest
        {
            Id = $"request-{Questions.Count}",
            LearnerId = question.LearnerId,
            CourseId = question.CourseId,
            LessonId = question.LessonId,
            SectionId = question.SectionId,
            Text = question.Text,
            Command = question.Command,
            ExitCode = question.ExitCode,
            Output = question.Output,
            Changed = question.Changed,
            AskedAt = DateTimeOffset.UnixEpoch,
        };
        _requests.Update(r => new(r.Items.Add(request)));
        return Task.FromResult(request);
    }

    public Task TakeAsync(string requestId, string instructorId, CancellationToken cancellationToken)
    {
        _requests.Update(r =>
        {
            var request = r.Items.Single(x => x.Id == requestId);
            (request.TakenById, request.TakenByName) = (instructorId, "Grace");
            return new(r.Items);
        });
        return Task.CompletedTask;
    }

    public Task CloseAsync(string requestId, string personId, CancellationToken cancellationToken)
    {
        _requests.Update(r => new(r.Items.RemoveAll(x => x.Id == requestId)));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<HelpState?> WatchAsync(
        string learnerId,
        string courseId,
        string lessonId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Fail();
        await foreach (var requests in _requests.WatchAsync(TimeSpan.Zero, cancellationToken))
        {
            var mine = requests.Items.FirstOrDefault(r => r.LearnerId == learnerId);
            yield return mine is null
                ? null
                : new(
                    mine.Id,
                    mine.AskedAt,
                    mine.TakenByName,
                    mine.TakenById is null ? requests.Items.IndexOf(mine) + 1 : 0
                );
        }
    }

    public async IAsyncEnumerable<ImmutableArray<HelpRequest>> WatchQueueAsync(
        string classId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var requests in _requests.WatchAsync(TimeSpan.Zero, cancellationToken))
            yield return requests.Items;
    }

    public Task<int> SendAsync(
        string classId,
        string senderId,
        IReadOnlyCollection<string> learnerIds,
        string text,
        CancellationToken cancellationToken
    )
    {
        _messages.Update(m =>
            new(
                m.Items.AddRange(
                    learnerIds.Select(id => new LearnerMessage
                    {
                        Id = $"{m.Items.Length}-{id}",
                        BatchId = $"{m.Items.Length}",
                        ClassId = classId,
                        LearnerId = id,
                        FromName = "Grace",
                        Text = text,
                    })
                )
            )
        );
        return Task.FromResult(learnerIds.Count);
    }

    public async IAsyncEnumerable<ImmutableArray<LearnerMessage>> WatchInboxAsync(
        string learnerId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Fail();
        await foreach (var messages in _messages.WatchAsync(TimeSpan.Zero, cancellationToken))
            yield return [.. messages.Items.Where(m => m.LearnerId == learnerId && m.ReadAt is null)];
    }

    public Task DeliveredAsync(string learnerId, CancellationToken cancellationToken) =>
        MarkAsync(m => m.LearnerId == learnerId, m => m.DeliveredAt ??= DateTimeOffset.UnixEpoch);

    public Task DismissAsync(string learnerId, string messageId, CancellationToken cancellationToken) =>
        MarkAsync(m => m.LearnerId == learnerId && m.Id == messageId, m => m.ReadAt = DateTimeOffset.UnixEpoch);

    public async IAsyncEnumerable<ImmutableArray<SentMessage>> WatchSentAsync(
        string classId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var messages in _messages.WatchAsync(TimeSpan.Zero, cancellationToken))
        {
            yield return
            [
                .. messages.Items.GroupBy(m => m.BatchId).Select(b => new SentMessage(
                    b.Key, "Grace", b.First().Text, default, null, b.Count(),
                    b.Count(m => m.DeliveredAt is not null), b.Count(m => m.ReadAt is not null))),
            ];
        }
    }

    private void Fail()
    {
        if (Failure is null) return;
        Interlocked.Increment(ref _failures);
        throw Failure;
    }

    private Task MarkAsync(Func<LearnerMessage, bool> which, Action<LearnerMessage> mark)
    {
        _messages.Update(m =>
        {
            foreach (var message in m.Items.Where(which)) mark(message);
            return new(m.Items);
        });
        return Task.CompletedTask;
    }

    private sealed record Box<T>(ImmutableArray<T> Items);
}
