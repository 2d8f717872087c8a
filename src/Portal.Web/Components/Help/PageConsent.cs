using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Portal.Web.Components.Help;

/// <summary>
/// What a learner lets others do from a page ends when the page has no connection: there they could not end it.
/// </summary>
public sealed class PageConsent : CircuitHandler
{
    /// <summary>Ends all that was allowed; set by the page.</summary>
    public Func<Task> End { get; set; } = () => Task.CompletedTask;

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => End();
}
