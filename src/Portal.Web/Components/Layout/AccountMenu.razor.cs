using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Layout;

public sealed partial class AccountMenu
{
    private CurrentLearner? _learner;

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required IOptions<PortalOptions> Options { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    protected override async Task OnInitializedAsync() => _learner = await Learner.FindAsync();

    private void OpenAccounts() =>
        Navigation.NavigateTo(
            "/join?returnUrl=" + Uri.EscapeDataString(new Uri(Navigation.Uri).PathAndQuery),
            forceLoad: true
        );

    private static string RolesOf(CurrentLearner learner) => learner switch
    {
        { IsAdministrator: true } => "Administrator",
        { IsInstructor: true, IsOwner: true } => "Learner and instructor",
        { IsInstructor: true } => "Instructor",
        _ => "Learner",
    };
}
