using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>The passkeys of an account.</summary>
public sealed partial class Passkeys
{
    private const int Max = 10;

    private IList<UserPasskeyInfo> _passkeys = [];
    private string? _problem;

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Parameter, EditorRequired]
    public required PortalUser User { get; set; }

    [SupplyParameterFromForm(FormName = "add-passkey")]
    public string? Credential { get; set; }

    [SupplyParameterFromForm(FormName = "add-passkey")]
    public string? Name { get; set; }

    protected override async Task OnInitializedAsync() => _passkeys = await SignIn.UserManager.GetPasskeysAsync(User);

    private Task AddAsync() =>
        DoAsync(async () =>
        {
            if (_passkeys.Count >= Max)
                throw new ClassroomException($"You have {Max} passkeys. Remove one first.");
            if (string.IsNullOrEmpty(Credential))
                throw new ClassroomException("The browser sent no passkey. Scripts must be allowed for it.");
            var attestation = await SignIn.PerformPasskeyAttestationAsync(Credential);
            if (!attestation.Succeeded)
                throw new ClassroomException(
                    "The passkey could not be checked. Load the page again, then try once more."
                );
            attestation.Passkey.Name = Name is { Length: > 0 and <= 40 } ? Name.Trim() : "Passkey";
            PortalAccounts.Require(await SignIn.UserManager.AddOrUpdatePasskeyAsync(User, attestation.Passkey));
        });

    private Task RemoveAsync(UserPasskeyInfo passkey) =>
        DoAsync(async () =>
            PortalAccounts.Require(await SignIn.UserManager.RemovePasskeyAsync(User, passkey.CredentialId))
        );

    private async Task DoAsync(Func<Task> work)
    {
        try
        {
            await work();
            _passkeys = await SignIn.UserManager.GetPasskeysAsync(User);
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
