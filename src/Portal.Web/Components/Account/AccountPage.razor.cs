using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Clusters;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>What somebody who signs in decides about their own account.</summary>
public sealed partial class AccountPage
{
    private CurrentLearner? _learner;
    private PortalUser? _user;
    private ImmutableArray<SchoolClass> _classes = [];
    private ImmutableArray<SchoolClass> _taught = [];
    private string? _problem;
    private string? _done;

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required IClasses Classes { get; init; }

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required AccountAdministration Administration { get; init; }

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromForm(FormName = "change-password")]
    public PasswordChange? Password { get; set; }

    [SupplyParameterFromForm(FormName = "remove")]
    public bool Sure { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _learner = await Learner.GetAsync();
        _user = await SignIn.UserManager.FindByIdAsync(_learner.Id);
        await LoadClassesAsync();
    }

    private async Task LoadClassesAsync()
    {
        var all = await Classes.ListAsync(CancellationToken.None);
        _classes = [.. all.Where(c => c.Enrolments.Any(e => e.LearnerId == _learner!.Id))];
        _taught = [.. all.Where(c => c.Instructors.Any(i => i.LearnerId == _learner!.Id))];
    }

    private async Task LeaveAsync(SchoolClass item)
    {
        await Classes.LeaveAsync(item.Id, _learner!.Id, CancellationToken.None);
        await LoadClassesAsync();
        _done = $"You left {item.Name}. Your progress stays yours; the instructor sees it no longer.";
    }

    private async Task ChangePasswordAsync()
    {
        try
        {
            PortalAccounts.Require(
                await SignIn.UserManager.ChangePasswordAsync(_user!, Password!.Current, Password.New)
            );
            await SignIn.RefreshSignInAsync(_user!);
            _done = "Your password is changed. Sessions in other browsers have ended.";
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }

    private async Task RemoveAsync()
    {
        if (!Sure)
        {
            _problem = "Say that you are sure: tick the box beside Delete account.";
            return;
        }
        try
        {
            await Administration.LeaveAsync(_learner!.Id, CancellationToken.None);
            await SignIn.SignOutAsync();
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
            return;
        }
        catch (ClusterUnavailableException e)
        {
            _problem = $"Your account is not deleted. {e.Message} {e.Remedy}";
            return;
        }
        Navigation.NavigateTo("/sign-in");
    }

    private async Task EndSessionsAsync()
    {
        await Accounts.EndSessionsAsync(_learner!.Id);
        await SignIn.SignOutAsync();
        Navigation.NavigateTo("/sign-in?reason=ended");
    }

    public sealed class PasswordChange
    {
        public string Current { get; set; } = "";
        public string New { get; set; } = "";
    }
}
