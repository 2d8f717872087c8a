using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>What the link of an administrator opens, for somebody new or somebody who forgot.</summary>
public sealed partial class PasswordPage
{
    private string? _problem;

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery]
    public string? User { get; set; }

    [SupplyParameterFromQuery]
    public string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "password")]
    public AccountInput? Input { get; set; }

    private async Task SetAsync()
    {
        try
        {
            var user = await SignIn.UserManager.FindByIdAsync(User ?? "")
                ?? throw new ClassroomException("This link is not one of this portal's.");
            if (user.IsDisabled)
                throw new ClassroomException("This account is disabled. Ask an administrator to enable it.");
            PortalAccounts.Require(await SignIn.UserManager.ResetPasswordAsync(user, Token ?? "", Input!.Password));
            await SignIn.SignInAsync(user, isPersistent: true);
            Navigation.NavigateTo("/");
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
