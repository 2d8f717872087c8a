using Microsoft.AspNetCore.Components;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Account;

/// <summary>
/// Where somebody without a cookie ends. Signs nobody in: it has the portal print the owner's link again.
/// </summary>
public sealed partial class LocalSignIn
{
    [Inject]
    public required WelcomeConsole Console { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    /// <summary>What was wrong with the link that led here.</summary>
    [SupplyParameterFromQuery]
    public string? Link { get; set; }

    private string? Problem =>
        Link switch
        {
            nameof(WelcomeOutcome.Used) =>
                "That link was used already, perhaps in another browser. A fresh one is in the console.",
            nameof(WelcomeOutcome.Unknown) =>
                "That link is not one of this portal's, or it is from before its last start. A fresh one is in the "
                    + "console.",
            _ => null,
        };

    protected override Task OnInitializedAsync() => Console.RemindAsync(CancellationToken.None);
}
