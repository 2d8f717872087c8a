using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Web.Components.Lessons;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>
/// A class by its code: for somebody new, who gets an account with it, and for somebody who is signed in.
/// </summary>
public sealed partial class ClassJoin
{
    private CurrentLearner? _learner;
    private string? _problem;

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required IClassLife Classes { get; init; }

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>From a link that an instructor shared.</summary>
    [SupplyParameterFromQuery]
    public string? Code { get; set; }

    [SupplyParameterFromForm(FormName = "join")]
    public AccountInput? Input { get; set; }

    protected override async Task OnInitializedAsync() => _learner = await Learner.FindAsync();

    private async Task JoinAsync()
    {
        try
        {
            // Before the account is made: without a class there is none.
            await Classes.FindByJoinCodeAsync(Input!.Code, CancellationToken.None);
            var joined = _learner is not null
                ? await Classes.JoinAsync(Input.Code, _learner.Id, CancellationToken.None)
                : await Accounts.EnterAsync(
                    Input.Name,
                    Input,
                    user => Classes.JoinAsync(Input.Code, user.Id, CancellationToken.None),
                    SignIn
                );
            Navigation.NavigateTo(LessonAddress.Of(joined.CourseId, joined.LessonId));
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
