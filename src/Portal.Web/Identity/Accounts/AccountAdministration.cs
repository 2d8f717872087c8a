using System.Collections.Immutable;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Clusters;
using Portal.Content;
using Portal.Labs.Sessions;

namespace Portal.Web.Identity.Accounts;

/// <summary>
/// What administrators decide about everybody's accounts. There is always one who can sign in, and nobody locks
/// themselves out.
/// </summary>
public sealed class AccountAdministration(
    PortalAccounts accounts,
    UserManager<PortalUser> users,
    PortalDbContext db,
    IClasses classes,
    ILearners learners,
    ILessonSessions sessions,
    ICourseCatalog catalog,
    ILogger<AccountAdministration> logger
)
{
    // Two administrators who act on each other at once would leave none. The database belongs to this process.
    private static readonly SemaphoreSlim s_gate = new(1);

    /// <summary>Everybody, in the order of coming.</summary>
    public async Task<ImmutableArray<Person>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await classes.ListAsync(cancellationToken);
        var accountsOfAll = await db
            .Users.AsNoTracking()
            .Include(u => u.Learner)
            .OrderBy(u => u.Learner.CreatedAt)
            .ToListAsync(cancellationToken);
        return
        [
            .. accountsOfAll.Select(u => new Person(
                u,
                [.. all.Where(c => c.Enrolments.Any(e => e.LearnerId == u.Id))],
                [.. all.Where(c => c.Instructors.Any(i => i.LearnerId == u.Id))]
            )),
        ];
    }

    /// <exception cref="ClassroomException">It would leave the portal without an administrator.</exception>
    public Task SetRoleAsync(string userId, PortalRole role, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var user = await accounts.FindAsync(userId);
                if (role != PortalRole.Administrator)
                    await RequireAnotherAdministratorAsync(userId, cancellationToken);
                user.Role = role;
                PortalAccounts.Require(await users.UpdateAsync(user));
            },
            cancellationToken
        );

    /// <summary>Ends this person's sessions, and lets them begin none until they are enabled.</summary>
    /// <param name="byId">The administrator who does it.</param>
    /// <exception cref="ClassroomException">It is oneself, or the last administrator.</exception>
    public Task DisableAsync(string userId, string byId, CancellationToken cancellationToken) =>
        AloneAsync(() => DisableAloneAsync(userId, byId, cancellationToken), cancellationToken);

    public async Task EnableAsync(string userId) =>
        PortalAccounts.Require(await users.SetLockoutEndDateAsync(await accounts.FindAsync(userId), null));

    /// <summary>
    /// Deletes this person for good: sessions, clusters, files, account, places in classes and progress. Classes that
    /// nobody else teaches go to who does it.
    /// </summary>
    /// <inheritdoc cref="DisableAsync"/>
    /// <exception cref="ClusterUnavailableException">A cluster could not be deleted. The person is disabled, and
    /// removing them again goes on from there.</exception>
    public Task RemoveAsync(string userId, string byId, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                // First, or they could begin anew what is being deleted.
                await DisableAloneAsync(userId, byId, cancellationToken);
                await RemoveAloneAsync(userId, byId, cancellationToken);
                Log.PersonRemoved(logger, userId, byId);
            },
            cancellationToken
        );

    /// <summary>Deletes a learner for good who asks for it.</summary>
    /// <exception cref="ClassroomException">It is somebody whom others depend on.</exception>
    /// <exception cref="ClusterUnavailableException">A cluster could not be deleted, and nothing else was.</exception>
    public Task LeaveAsync(string userId, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var user = await accounts.FindAsync(userId);
                var all = await classes.ListAsync(cancellationToken);
                if (user.Role != PortalRole.Learner || all.Any(c => c.Instructors.Any(i => i.LearnerId == userId)))
                    throw new ClassroomException(
                        "You teach, or administer the portal: an administrator can remove you."
                    );
                await RemoveAloneAsync(userId, userId, cancellationToken);
                Log.PersonLeft(logger, userId);
            },
            cancellationToken
        );

    private async Task RemoveAloneAsync(string userId, string heirId, CancellationToken cancellationToken)
    {
        var lessons = catalog.Courses.SelectMany(c => c.Lessons, (c, l) => (Course: c.Id, Lesson: l));
        foreach (var (course, lesson) in lessons.Where(x => x.Lesson.Available))
            await sessions.DeleteAsync(new LessonSessionKey(userId, course, lesson.Id), cancellationToken);
        await learners.RemoveAsync(userId, heirId, cancellationToken);
    }

    private async Task DisableAloneAsync(string userId, string byId, CancellationToken cancellationToken)
    {
        var user = await accounts.FindAsync(userId);
        if (userId == byId)
            throw new ClassroomException("This is you. Another administrator can do it.");
        await RequireAnotherAdministratorAsync(userId, cancellationToken);
        PortalAccounts.Require(await users.SetLockoutEndDateAsync(user, DateTimeOffset.MaxValue));
        PortalAccounts.Require(await users.UpdateSecurityStampAsync(user));
    }

    private async Task RequireAnotherAdministratorAsync(string userId, CancellationToken cancellationToken)
    {
        var others = await db
            .Users.AsNoTracking()
            .Where(u => u.Role == PortalRole.Administrator && u.Id != userId)
            .ToListAsync(cancellationToken);
        if (others.All(u => u.IsDisabled))
            throw new ClassroomException("This is the last administrator. Make another one first.");
    }

    private static async Task AloneAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await s_gate.WaitAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            s_gate.Release();
        }
    }
}

/// <summary>Somebody with an account, and their classes.</summary>
public sealed record Person(
    PortalUser User,
    ImmutableArray<SchoolClass> Learns,
    ImmutableArray<SchoolClass> Teaches
)
{
    public string Id => User.Id;
    public string Name => User.Learner.Name;
}
