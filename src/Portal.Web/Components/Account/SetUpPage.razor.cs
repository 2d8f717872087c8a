using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>Makes the first administrator, for whoever sees the console.</summary>
public sealed partial class SetUpPage
{
    private string? _problem;

    [Inject]
    public required SetUpLink Link { get; init; }

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required SignInManager<PortalUser> SignIn { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [SupplyParameterFromQuery]
    public string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "set-up")]
    public AccountInput? Input { get; set; }

    private async Task SetUpAsync()
    {
        try
        {
            var user = await Link.UseAsync(
                Token,
                Accounts,
                Input!.Name,
                Input.UserName,
                Input.Password,
                CancellationToken.None
            );
            await SignIn.SignInAsync(user, isPersistent: true);
            Navigation.NavigateTo("/people");
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
