using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Portal.Classroom.Model;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>User name and password. One answer to all that fails: who guesses learns nothing.</summary>
public sealed partial class AccountSignIn
{
    private const string Refused =
        "User name and password do not fit together, or there were too many attempts. Check both; after five wrong "
            + "ones wait five minutes.";

    private string? _problem;

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required IPasswordHasher<PortalUser> Hasher { get; init; }

    [Inject]
    public required IOptions<ProviderOptions> Provider { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromForm(FormName = "sign-in")]
    public AccountInput? Input { get; set; }

    [SupplyParameterFromForm(FormName = "passkey")]
    public string? Credential { get; set; }

    [SupplyParameterFromQuery]
    public string? ReturnUrl { get; set; }

    /// <summary>Why one was led here.</summary>
    [SupplyParameterFromQuery]
    public string? Reason { get; set; }

    private string? Told =>
        Reason switch
        {
            "provider" =>
                $"{Provider.Value.DisplayName} did not sign you in. Try again; if it stays so, your administrator "
                    + "finds the reason in the portal's log.",
            "ended" => "All your sessions were ended, this one too. Sign in again.",
            _ => null,
        };

    private async Task SignInAsync()
    {
        if (await SignIn.UserManager.FindByNameAsync(Input!.UserName) is { PasswordHash: not null } user)
        {
            var result = await SignIn.PasswordSignInAsync(
                user,
                Input.Password,
                isPersistent: true,
                lockoutOnFailure: true
            );
            if (result.Succeeded)
            {
                Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
                return;
            }
        }
        else
        {
            // As much work as for a name that exists: the time must not tell.
            Hasher.HashPassword(null!, Input.Password);
        }
        _problem = Refused;
    }

    private async Task UsePasskeyAsync()
    {
        if (!string.IsNullOrEmpty(Credential) && (await SignIn.PasskeySignInAsync(Credential)).Succeeded)
            Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
        else
            _problem =
                "The passkey did not sign you in. It may be another portal's, or it was removed. Try again, or use "
                    + "your password.";
    }
}
