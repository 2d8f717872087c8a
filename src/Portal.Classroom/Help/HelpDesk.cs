using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Access;
using Portal.Classroom.Data;
using Portal.Classroom.Model;

namespace Portal.Classroom.Help;

internal sealed class HelpDesk(
    IDbContextFactory<PortalDbContext> database,
    IAccess access,
    ChangeSignal classes,
    TimeProvider time
) : IHelpDesk
{
    private static readonly TimeSpan s_minInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Of requests alone: learners' pages need not look again at all that a class does.</summary>
    private readonly ChangeSignal _requests = new();

    public async Task<bool> IsHeardAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await db.Classes.AnyAsync(
            c => c.CourseId == courseId && c.LessonId == lessonId && c.Enrolments.Any(e => e.LearnerId == learnerId),
            cancellationToken
        );
    }

    public async Task<HelpRequest> AskAsync(HelpQuestion question, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        if (await FindOpenAsync(db, question, cancellationToken) is { } open) return open;
        var request = new HelpRequest
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            LearnerId = question.LearnerId,
            CourseId = question.CourseId,
            LessonId = question.LessonId,
            SectionId = question.SectionId,
            Text = Cut(question.Text, HelpRequest.TextMaxLength),
            Command = Cut(question.Command, HelpRequest.CommandMaxLength),
            ExitCode = question.ExitCode,
            Output = Cut(question.Output, HelpRequest.OutputMaxLength),
            Changed = Cut(question.Changed, HelpRequest.OutputMaxLength),
            AskedAt = time.GetUtcNow(),
        };
        db.HelpRequests.Add(request);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            // Two tabs may ask at once; the one that comes second finds what the first asked.
            await using var other = await database.CreateDbContextAsync(cancellationToken);
            if (await FindOpenAsync(other, question, cancellationToken) is { } first) return first;
            throw;
        }
        _requests.Raise();
        return request;
    }

    public async Task TakeAsync(string requestId, string instructorId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var request = await db.HelpRequests.FindAsync([requestId], cancellationToken);
        if (request is null || !await access.MaySeeAsync(instructorId, request.LearnerId, cancellationToken))
            throw new ClassroomException("There is no such request in your classes.");
        if (request.ClosedAt is not null)
            throw new ClassroomException("This request is closed already.");
        request.TakenById = instructorId;
        var helper = await db.Learners.FindAsync([instructorId], cancellationToken);
        request.TakenByName = helper?.Name ?? "Your instructor";
        await db.SaveChangesAsync(cancellationToken);
        _requests.Raise();
    }

    public async Task CloseAsync(string requestId, string personId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var request = await db.HelpRequests.FindAsync([requestId], cancellationToken);
        if (request is null || !await access.MaySeeAsync(personId, request.LearnerId, cancellationToken))
            throw new ClassroomException("There is no such request in your classes.");
        if (request.ClosedAt is not null) return;
        request.ClosedAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        _requests.Raise();
    }

    public async IAsyncEnumerable<HelpState?> WatchAsync(
        string learnerId,
        string courseId,
        string lessonId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var changed = _requests.Next;
            yield return await StateAsync(learnerId, courseId, lessonId, cancellationToken);
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(s_minInterval, time, cancellationToken);
        }
    }

    public async IAsyncEnumerable<ImmutableArray<HelpRequest>> WatchQueueAsync(
        string classId,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ImmutableArray<HelpRequest>? shown = null;
        while (true)
        {
            var changed = Task.WhenAny(_requests.Next, classes.Next);
            var queue = await QueueAsync(classId, cancellationToken);
            // Most changes of a class are none of its queue.
            if (shown is null || !queue.Select(Key).SequenceEqual(shown.Value.Select(Key)))
            {
                shown = queue;
                yield return queue;
            }
            await changed.WaitAsync(cancellationToken);
            await Task.Delay(s_minInterval, time, cancellationToken);
        }
    }

    private static (string, string?, string?) Key(HelpRequest r) => (r.Id, r.TakenById, r.Learner?.Name);

    private async Task<ImmutableArray<HelpRequest>> QueueAsync(string classId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var queue =
            from r in db.HelpRequests.AsNoTracking().Include(r => r.Learner)
            where r.ClosedAt == null
            where db.Classes.Any(c => c.Id == classId && c.CourseId == r.CourseId && c.LessonId == r.LessonId)
            where db.Enrolments.Any(e => e.ClassId == classId && e.LearnerId == r.LearnerId)
            orderby r.AskedAt
            select r;
        return [.. await queue.ToListAsync(cancellationToken)];
    }

    private async Task<HelpState?> StateAsync(
        string learnerId,
        string courseId,
        string lessonId,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var question = new HelpQuestion(learnerId, courseId, lessonId);
        if (await FindOpenAsync(db, question, cancellationToken) is not { } request) return null;
        if (request.TakenById is not null) return new(request.Id, request.AskedAt, request.TakenByName, 0);
        var mine = db.Enrolments.Where(e => e.LearnerId == learnerId).Select(e => e.ClassId);
        var before = await db.HelpRequests.CountAsync(
            r =>
                r.ClosedAt == null
                && r.TakenById == null
                && r.CourseId == courseId
                && r.LessonId == lessonId
                && r.AskedAt < request.AskedAt
                && db.Enrolments.Any(e => e.LearnerId == r.LearnerId && mine.Contains(e.ClassId)),
            cancellationToken
        );
        return new(request.Id, request.AskedAt, null, before + 1);
    }

    private static Task<HelpRequest?> FindOpenAsync(
        PortalDbContext db,
        HelpQuestion q,
        CancellationToken cancellationToken
    ) =>
        db.HelpRequests.AsNoTracking()
            .FirstOrDefaultAsync(
                r =>
                    r.LearnerId == q.LearnerId
                    && r.CourseId == q.CourseId
                    && r.LessonId == q.LessonId
                    && r.ClosedAt == null,
                cancellationToken
            );

    private static string? Cut(string? text, int limit) =>
        string.IsNullOrWhiteSpace(text) ? null
        : text.Trim() is var clean && clean.Length > limit ? clean[..limit]
        : clean;
}
