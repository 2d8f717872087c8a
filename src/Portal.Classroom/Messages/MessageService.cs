using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Access;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Messages;

internal sealed class MessageService(IDbContextFactory<PortalDbContext> database, IAccess access, TimeProvider time)
    : IMessages
{
    private const int SentShown = 10;
    private static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(200);

    private readonly ChangeSignal _changes = new();

    public async Task<int> SendAsync(
        string classId,
        string senderId,
        IReadOnlyCollection<string> learnerIds,
        string text,
        CancellationToken cancellationToken
    )
    {
        var clean = text.Trim();
        if (clean.Length == 0)
            throw new ClassroomException("Write something first.");
        if (clean.Length > LearnerMessage.TextMaxLength)
            throw new ClassroomException($"A message has at most {LearnerMessage.TextMaxLength} characters.");
        if (!await access.InstructsAsync(senderId, classId, cancellationToken))
            throw new ClassroomException("You do not teach this class any more.");
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var enrolled = await db
            .Enrolments.Where(e => e.ClassId == classId)
            .Select(e => e.LearnerId)
            .ToListAsync(cancellationToken);
        var sender = (await db.Learners.FindAsync([senderId], cancellationToken))?.Name ?? "Your instructor";
        var now = time.GetUtcNow();
        var batch = Guid.CreateVersion7(now).ToString("N");
        var recipients = enrolled.Intersect(learnerIds).ToList();
        db.Messages.AddRange(
            recipients.Select(id => new LearnerMessage
            {
                Id = Guid.CreateVersion7(now).ToString("N"),
                BatchId = batch,
                ClassId = classId,
                LearnerId = id,
                FromName = sender,
                Text = clean,
                SentAt = now,
            })
        );
        await db.SaveChangesAsync(cancellationToken);
        _changes.Raise();
        return recipients.Count;
    }

    public async IAsyncEnumerable<ImmutableArray<LearnerMessage>> WatchInboxAsync(
        string learnerId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var changed = _changes.Next;
            await using (var db = await database.CreateDbContextAsync(cancellationToken))
            {
                yield return
                [
                    .. await db
                        .Messages.AsNoTracking()
                        .Where(m => m.LearnerId == learnerId && m.ReadAt == null)
                        .OrderBy(m => m.SentAt)
                        .ToListAsync(cancellationToken),
                ];
            }
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(s_minInterval, time, cancellationToken);
        }
    }

    public Task DeliveredAsync(string learnerId, CancellationToken cancellationToken) =>
        MarkAsync(
            m => m.Where(x => x.LearnerId == learnerId && x.DeliveredAt == null),
            (m, now) => m.ExecuteUpdateAsync(s => s.SetProperty(x => x.DeliveredAt, now), cancellationToken),
            cancellationToken
        );

    public Task DismissAsync(string learnerId, string messageId, CancellationToken cancellationToken) =>
        MarkAsync(
            m => m.Where(x => x.LearnerId == learnerId && x.Id == messageId && x.ReadAt == null),
            (m, now) => m.ExecuteUpdateAsync(s => s.SetProperty(x => x.ReadAt, now), cancellationToken),
            cancellationToken
        );

    public async IAsyncEnumerable<ImmutableArray<SentMessage>> WatchSentAsync(
        string classId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var changed = _changes.Next;
            yield return await SentAsync(classId, cancellationToken);
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(s_minInterval, time, cancellationToken);
        }
    }

    private async Task<ImmutableArray<SentMessage>> SentAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var batches = await db
            .Messages.Where(m => m.ClassId == classId)
            .GroupBy(m => m.BatchId)
            // Ids of batches are in the order of time.
            .OrderByDescending(g => g.Key)
            .Take(SentShown)
            .Select(g => new
            {
                g.Key,
                FirstId = g.Min(m => m.Id),
                Recipients = g.Count(),
                Delivered = g.Count(m => m.DeliveredAt != null),
                Read = g.Count(m => m.ReadAt != null),
            })
            .ToListAsync(cancellationToken);
        var ids = batches.Select(b => b.FirstId).ToList();
        var first = await db
            .Messages.AsNoTracking()
            .Where(m => ids.Contains(m.Id))
            .ToDictionaryAsync(m => m.BatchId, cancellationToken);
        return
        [
            .. batches
                .Where(b => first.ContainsKey(b.Key))
                .Select(b => (b, m: first[b.Key]))
                .Select(x => new SentMessage(
                    x.b.Key,
                    x.m.FromName,
                    x.m.Text,
                    x.m.SentAt,
                    x.b.Recipients == 1 ? x.m.LearnerId : null,
                    x.b.Recipients,
                    x.b.Delivered,
                    x.b.Read
                )),
        ];
    }

    private async Task MarkAsync(
        Func<IQueryable<LearnerMessage>, IQueryable<LearnerMessage>> which,
        Func<IQueryable<LearnerMessage>, DateTimeOffset?, Task<int>> update,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await update(which(db.Messages), time.GetUtcNow()) > 0) _changes.Raise();
    }
}
