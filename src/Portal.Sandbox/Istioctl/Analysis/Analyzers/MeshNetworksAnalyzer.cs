using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Networks of the mesh that speak of clusters which nobody knows.</summary>
internal static class MeshNetworksAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        if (input.MeshNetworks.Obj("networks") is not { Count: > 0 } networks) yield break;
        HashSet<string> registries = ["Mock", "Kubernetes", "External", .. input.Of("Secret").Where(s => s.Labels.GetValueOrDefault("istio/multiCluster") == "true").SelectMany(s => s.Object.Obj("data")?.Select(p => p.Key) ?? [])];
        var origin = new AnalysisObject(AnalysisKinds.MeshNetworks, new() { ["metadata"] = new JsonObject { ["name"] = "meshnetworks", ["namespace"] = input.IstioNamespace } }, null);
        foreach (var (name, network) in networks)
        {
            foreach (var registry in network.Objects("endpoints").Select(e => e.Str("fromRegistry")).OfType<string>().Where(r => !registries.Contains(r)))
                yield return Finding.Of(Messages.UnknownMeshNetworksServiceRegistry, origin, registry, name);
        }
    }
}
