using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Invitations;
using Portal.Classroom.Model;
using Portal.Web.Components.Lessons;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>What an invitation's link opens.</summary>
public sealed partial class InvitationPage
{
    private Invitation? _invitation;
    private CurrentLearner? _learner;
    private string? _problem;

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required IInvitations Invitations { get; init; }

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery]
    public string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "accept")]
    public AccountInput? Input { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _learner = await Learner.FindAsync();
        try
        {
            _invitation = await Invitations.FindAsync(Token ?? "", CancellationToken.None);
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }

    private async Task AcceptAsync()
    {
        if (_invitation is null)
            return;
        try
        {
            var accepted = _learner is not null
                ? await Invitations.AcceptAsync(Token!, _learner.Id, CancellationToken.None)
                : await Accounts.EnterAsync(
                    _invitation.Name,
                    Input!,
                    user => Invitations.AcceptAsync(Token!, user.Id, CancellationToken.None),
                    SignIn
                );
            Navigation.NavigateTo(LessonAddress.Of(accepted.Class!.CourseId, accepted.Class.LessonId));
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
