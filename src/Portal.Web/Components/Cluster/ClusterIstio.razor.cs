using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>The mesh's configuration: gateways, virtual services with their weights, destination rules, peer authentications.</summary>
public sealed partial class ClusterIstio
{
    [Parameter, EditorRequired]
    public ImmutableArray<GatewayRow> Gateways { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<VirtualServiceRow> VirtualServices { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<DestinationRuleRow> DestinationRules { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<PeerAuthenticationRow> PeerAuthentications { get; set; }

    protected override IEnumerable<object?> Shown =>
        [Gateways, VirtualServices, DestinationRules, PeerAuthentications, ShowNamespace, Marks];

    /// <summary>The host is said only when it is not the one that the virtual service is about.</summary>
    private static string Name(RouteDestination destination, VirtualServiceRow row) =>
        destination.Subset is { } subset && row.Hosts.Contains(destination.Host) ? subset
        : destination.Subset is not null ? $"{destination.Host} {destination.Subset}" : destination.Host;

    private static string Percent(RouteDestination destination) => destination.Percent.ToString("0.#", CultureInfo.InvariantCulture);
}
