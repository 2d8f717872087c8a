using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;

namespace Portal.Web.Identity;

/// <summary>Who uses this circuit. Pages take the learner from here and from nowhere else, so no address can name another's session.</summary>
public sealed class LearnerContext(AuthenticationStateProvider authentication)
{
    public async Task<CurrentLearner> GetAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var id = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Nobody is signed in.");
        return new CurrentLearner(id, user.Identity?.Name ?? id, user.IsInRole(Roles.Instructor));
    }
}

public sealed record CurrentLearner(string Id, string Name, bool IsInstructor);
