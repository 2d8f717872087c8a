using Microsoft.AspNetCore.Components;
using Portal.Clusters;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Home;

/// <summary>Which kinds of cluster can be had here, and for those that cannot, why and what to do. Asked after the page is shown: an answer can take a while.</summary>
public sealed partial class ProviderStatus : LiveComponentBase
{
    private readonly Dictionary<string, ClusterAvailability?> _providers = [];

    [Inject]
    public required IEnumerable<IClusterProvider> Providers { get; init; }

    protected override void OnInitialized()
    {
        foreach (var provider in Providers) _providers[provider.Name] = null;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        foreach (var provider in Providers) Follow(cancellationToken => AskAsync(provider, cancellationToken));
    }

    private async Task AskAsync(IClusterProvider provider, CancellationToken cancellationToken)
    {
        var availability = await provider.GetAvailabilityAsync(cancellationToken);
        await InvokeAsync(() =>
        {
            _providers[provider.Name] = availability;
            StateHasChanged();
        });
    }
}
