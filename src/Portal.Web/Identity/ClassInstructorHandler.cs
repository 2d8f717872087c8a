using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Portal.Classroom.Access;
using ComponentRoute = Microsoft.AspNetCore.Components.RouteData;

namespace Portal.Web.Identity;

internal sealed class ClassInstructorRequirement : IAuthorizationRequirement;

/// <summary>
/// Looks up whether the visitor instructs the class of the address, for a request and within a circuit.
/// </summary>
internal sealed class ClassInstructorHandler(IAccess access) : AuthorizationHandler<ClassInstructorRequirement>
{
    protected override async Task HandleRequirementAsync(
        AuthorizationHandlerContext context,
        ClassInstructorRequirement requirement
    )
    {
        var classId = context.Resource switch
        {
            HttpContext http => http.GetRouteValue("ClassId") as string,
            ComponentRoute route => route.RouteValues.GetValueOrDefault("ClassId") as string,
            _ => null,
        };
        if (
            classId is not null
            && context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } id
            && await access.InstructsAsync(id, classId, CancellationToken.None)
        )
        {
            context.Succeed(requirement);
        }
    }
}
