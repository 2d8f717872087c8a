using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;

namespace Portal.Classroom.Invitations;

internal sealed class InvitationService(
    IDbContextFactory<PortalDbContext> database,
    ClassService classes,
    ChangeSignal changes,
    TimeProvider time
) : IInvitations
{
    private static readonly TimeSpan s_validFor = TimeSpan.FromDays(14);

    public Task<InvitationResult> ImportAsync(
        string classId,
        ReadOnlyMemory<byte> file,
        CancellationToken cancellationToken
    )
    {
        var (rows, problems) = RosterFile.Read(file);
        return problems.IsEmpty
            ? InviteAsync(classId, rows, cancellationToken)
            : Task.FromResult(InvitationResult.Refused(problems));
    }

    public async Task<InvitationResult> InviteAsync(
        string classId,
        IReadOnlyList<Invitee> invitees,
        CancellationToken cancellationToken
    )
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        // Where a name that looks the same stands: a line of this list, or the class itself.
        var taken = (
            await db
                .Enrolments.Where(e => e.ClassId == classId)
                .Select(e => e.NameSkeleton)
                .Union(
                    db.Invitations.Where(i => i.ClassId == classId && i.UsedAt == null && i.ExpiresAt > now)
                        .Select(i => i.NameSkeleton)
                )
                .ToListAsync(cancellationToken)
        ).ToDictionary(s => s, _ => 0);
        var problems = new List<InvitationProblem>();
        var issued = new List<IssuedInvitation>();
        foreach (var (line, typed) in invitees)
        {
            try
            {
                var name = PersonName.Clean(typed);
                var skeleton = PersonName.Skeleton(name);
                if (!taken.TryAdd(skeleton, line))
                    throw new ClassroomException(Clash(name, taken[skeleton]));
                var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
                issued.Add(new IssuedInvitation(name, token));
                db.Invitations.Add(
                    new Invitation
                    {
                        Id = Guid.CreateVersion7(now).ToString("N"),
                        ClassId = classId,
                        TokenHash = Hash(token),
                        Name = name,
                        NameSkeleton = skeleton,
                        ExpiresAt = now + s_validFor,
                    }
                );
            }
            catch (ClassroomException e)
            {
                problems.Add(new InvitationProblem(line, e.Message));
            }
        }
        if (problems.Count > 0)
            return InvitationResult.Refused(problems);
        await db.SaveChangesAsync(cancellationToken);
        changes.Raise();
        return new InvitationResult([], [.. issued]);
    }

    public async Task<ImmutableArray<Invitation>> ListAsync(string classId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return
        [
            .. await db
                .Invitations.AsNoTracking()
                .Where(i => i.ClassId == classId && i.UsedAt == null && i.ExpiresAt > now)
                .OrderBy(i => i.Name)
                .ToListAsync(cancellationToken),
        ];
    }

    public async Task RevokeAsync(string classId, string invitationId, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        await db
            .Invitations.Where(i => i.ClassId == classId && i.Id == invitationId)
            .ExecuteDeleteAsync(cancellationToken);
        changes.Raise();
    }

    public async Task<Invitation> FindAsync(string token, CancellationToken cancellationToken)
    {
        await using var db = await database.CreateDbContextAsync(cancellationToken);
        return await Usable(db, token).AsNoTracking().Include(i => i.Class).FirstOrDefaultAsync(cancellationToken)
            ?? throw NotUsable();
    }

    public async Task<Invitation> AcceptAsync(string token, string personId, CancellationToken cancellationToken)
    {
        var found = await database.InTransactionAsync(
            db => AcceptAsync(db, token, personId, cancellationToken),
            cancellationToken
        );
        changes.Raise();
        return found;
    }

    private async Task<Invitation> AcceptAsync(
        PortalDbContext db,
        string token,
        string personId,
        CancellationToken cancellationToken
    )
    {
        var found = await Usable(db, token).AsNoTracking().Include(i => i.Class).FirstOrDefaultAsync(cancellationToken)
            ?? throw NotUsable();
        DateTimeOffset? now = time.GetUtcNow();
        if (await Usable(db, token).ExecuteUpdateAsync(i => i.SetProperty(x => x.UsedAt, now), cancellationToken) == 0)
            throw NotUsable();
        var places = db.Enrolments.Where(e => e.ClassId == found.ClassId && e.LearnerId == personId);
        if (!await places.AnyAsync(cancellationToken))
            await classes.EnrolAsync(db, found.ClassId, personId, cancellationToken);
        return found;
    }

    private IQueryable<Invitation> Usable(PortalDbContext db, string token)
    {
        var hash = Hash(token);
        var now = time.GetUtcNow();
        return db.Invitations.Where(i =>
            i.TokenHash == hash && i.UsedAt == null && i.ExpiresAt > now && i.Class!.State != ClassState.Archived
        );
    }

    private static string Clash(string name, int line) =>
        line == 0
            ? $"'{name}' is in this class or invited already, or somebody whose name looks the same."
            : $"'{name}' looks the same as the name in line {line}. Add something, such as a middle initial.";

    private static ClassroomException NotUsable() =>
        new("This invitation was used already, has expired, or was taken back. Ask your instructor for a new one.");

    private static string Hash(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
