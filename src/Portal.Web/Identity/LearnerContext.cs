using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;

namespace Portal.Web.Identity;

/// <summary>
/// Who uses this circuit. Pages take the learner from here and from nowhere else, so no address can name another's
/// session.
/// </summary>
public sealed class LearnerContext(AuthenticationStateProvider authentication)
{
    public async Task<CurrentLearner> GetAsync() =>
        await FindAsync() ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>Null when nobody is signed in: on the pages that lead there.</summary>
    public async Task<CurrentLearner?> FindAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return user.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            ? new CurrentLearner(
                id,
                user.Identity?.Name ?? id,
                user.IsInRole(Roles.Instructor),
                user.IsInRole(Roles.Owner),
                user.IsInRole(Roles.Administrator)
            )
            : null;
    }
}

/// <param name="IsOwner">The machine's owner, also while acting as another learner.</param>
public sealed record CurrentLearner(string Id, string Name, bool IsInstructor, bool IsOwner, bool IsAdministrator);
