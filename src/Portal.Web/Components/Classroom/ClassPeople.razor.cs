using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Invitations;
using Portal.Classroom.Model;

namespace Portal.Web.Components.Classroom;

/// <summary>Who is in a class, who is invited, and who teaches it.</summary>
public sealed partial class ClassPeople
{
    [Inject]
    public required IClasses Classes { get; init; }

    [Inject]
    public required IInvitations Service { get; init; }

    [Inject]
    public required UserManager<PortalUser> Users { get; init; }

    [Parameter, EditorRequired]
    public required SchoolClass Class { get; set; }

    [Parameter, EditorRequired]
    public required ImmutableArray<Invitation> Invitations { get; set; }

    /// <summary>Does something, then shows the class as it is afterwards, or why it could not be done.</summary>
    [Parameter, EditorRequired]
    public required Func<Func<Task>, Task> Do { get; set; }

    [SupplyParameterFromForm(FormName = "share")]
    public string? UserName { get; set; }

    private Task RemoveInstructorAsync(ClassInstructor instructor) =>
        Do(() => Classes.RemoveInstructorAsync(Class.Id, instructor.LearnerId, CancellationToken.None));

    private async Task ShareAsync()
    {
        if (await Users.FindByNameAsync(UserName ?? "") is not { Role: >= PortalRole.Instructor } other)
        {
            throw new ClassroomException(
                $"'{UserName}' is not the user name of an instructor. Ask them for it, or your administrator to make "
                    + "them one."
            );
        }
        await Classes.AddInstructorAsync(Class.Id, other.Id, CancellationToken.None);
    }
}
