using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom;
using Portal.Classroom.Data;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Web.Components.Account;

namespace Portal.Web.Identity.Accounts;

/// <summary>People who sign in, and the learners that they are.</summary>
public sealed class PortalAccounts(UserManager<PortalUser> users, PortalDbContext db, TimeProvider time)
{
    private static readonly TimeSpan s_seenEvery = TimeSpan.FromMinutes(5);

    /// <summary>Makes an account and its learner in one.</summary>
    /// <param name="password">Null for one who signs in otherwise, or gets a link to set one.</param>
    /// <exception cref="ClassroomException">The message says what to change.</exception>
    public async Task<PortalUser> CreateAsync(string name, string userName, string? password, PortalRole role)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N");
        var user = new PortalUser
        {
            Id = id,
            UserName = userName.Trim(),
            Role = role,
            Learner = new Learner
            {
                Id = id,
                Name = PersonName.Clean(name),
                CreatedAt = now,
            },
        };
        try
        {
            Require(password is null ? await users.CreateAsync(user) : await users.CreateAsync(user, password));
        }
        catch (DbUpdateException)
            when (db.Users.AsNoTracking().Any(u => u.NormalizedUserName == user.NormalizedUserName))
        {
            throw new ClassroomException($"The user name '{user.UserName}' was taken a moment ago. Choose another.");
        }
        return user;
    }

    /// <summary>Makes an account for a learner who has a way into a class, uses it, and signs the learner in.</summary>
    /// <exception cref="ClassroomException">The account or the class refused; there is no account then.</exception>
    internal async Task<T> EnterAsync<T>(
        string name,
        AccountInput input,
        Func<PortalUser, Task<T>> enter,
        SignInManager<PortalUser> signIn
    )
    {
        var user = await CreateAsync(name, input.UserName, input.Password, PortalRole.Learner);
        T entered;
        try
        {
            entered = await enter(user);
        }
        catch (Exception)
        {
            await RemoveAsync(user);
            throw;
        }
        await signIn.SignInAsync(user, isPersistent: true);
        return entered;
    }

    /// <summary>
    /// A new account for who signs in elsewhere. One that exists already under the same name or address is somebody
    /// else's until its owner says otherwise.
    /// </summary>
    /// <param name="name">As it is called there; whatever is no name here becomes "Guest".</param>
    /// <param name="userName">What it would like to be called here; null for anything.</param>
    internal async Task<PortalUser> AddExternalAsync(UserLoginInfo login, string name, string? userName)
    {
        var anonymous = "guest-" + Guid.NewGuid().ToString("N")[..12];
        PortalUser user;
        try
        {
            user = await CreateAsync(name, userName ?? anonymous, null, PortalRole.Learner);
        }
        catch (ClassroomException)
        {
            user = await CreateAsync(PersonName.IsName(name) ? name : "Guest", anonymous, null, PortalRole.Learner);
        }
        Require(await users.AddLoginAsync(user, login));
        return user;
    }

    /// <summary>Undoes <see cref="CreateAsync"/> for somebody who could not be let in after all.</summary>
    public async Task RemoveAsync(PortalUser user)
    {
        Require(await users.DeleteAsync(user));
        await db.Learners.Where(l => l.Id == user.Id).ExecuteDeleteAsync();
    }

    public Task<bool> HasAdministratorAsync(CancellationToken cancellationToken) =>
        db.Users.AnyAsync(u => u.Role == PortalRole.Administrator, cancellationToken);

    /// <summary>Ends every session of this person: their cookies and open pages are worth nothing any more.</summary>
    public async Task EndSessionsAsync(string userId) =>
        Require(await users.UpdateSecurityStampAsync(await FindAsync(userId)));

    /// <summary>A link with which this person sets a password, once.</summary>
    public async Task<string> MakePasswordPathAsync(string userId)
    {
        var token = await users.GeneratePasswordResetTokenAsync(await FindAsync(userId));
        return $"/password?user={userId}&token={Uri.EscapeDataString(token)}";
    }

    /// <summary>Remembers that this person was here, at most every few minutes.</summary>
    internal async Task SeenAsync(PortalUser user)
    {
        var now = time.GetUtcNow();
        // A time to come is that of a clock that has been set back.
        if (user.LastSeenAt <= now && now - user.LastSeenAt < s_seenEvery)
            return;
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.LastSeenAt, now));
    }

    /// <exception cref="ClassroomException">There is none.</exception>
    internal async Task<PortalUser> FindAsync(string userId) =>
        await users.FindByIdAsync(userId)
        ?? throw new ClassroomException("There is no such person. They may have been removed.");

    /// <exception cref="ClassroomException">It failed; the message says what to change.</exception>
    public static void Require(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new ClassroomException(string.Join(" ", result.Errors.Select(e => e.Description)));
    }
}
