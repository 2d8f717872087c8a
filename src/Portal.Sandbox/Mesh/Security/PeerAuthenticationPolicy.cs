using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Mesh.Security;

internal enum MutualTlsMode { Permissive, Strict, Disable }

/// <summary>The effective mode of a workload's port: port, workload, namespace, mesh, PERMISSIVE; the oldest of several wins.</summary>
internal static class PeerAuthenticationPolicy
{
    public static MutualTlsMode ModeOf(MeshConfig config, string ns, IReadOnlyDictionary<string, string> labels, int port)
    {
        var (workload, space, mesh) = Find(config, ns, labels);
        var number = port.ToString(CultureInfo.InvariantCulture);
        return Parse(workload?.Spec.Str("portLevelMtls", number, "mode")) ?? Parse(workload?.Spec.Str("mtls", "mode")) ?? Parse(space?.Spec.Str("mtls", "mode")) ?? Parse(mesh?.Spec.Str("mtls", "mode")) ?? MutualTlsMode.Permissive;
    }

    /// <summary>The policies that have a say about a workload, the widest first.</summary>
    public static IEnumerable<MeshObject> Applied(MeshConfig config, string ns, IReadOnlyDictionary<string, string> labels)
    {
        var (workload, space, mesh) = Find(config, ns, labels);
        return new[] { mesh, space, workload }.OfType<MeshObject>().Distinct();
    }

    private static (MeshObject? Workload, MeshObject? Namespace, MeshObject? Mesh) Find(MeshConfig config, string ns, IReadOnlyDictionary<string, string> labels)
    {
        MeshObject? workload = null, space = null, mesh = null;
        foreach (var p in config.PeerAuthentications)
        {
            var selector = p.Spec.Map("selector", "matchLabels");
            // A policy with a selector in the root namespace selects workloads there only, as anywhere else.
            if (p.Namespace == ns && selector.Count > 0 && Selectors.Matches(selector, labels)) workload ??= p;
            else if (p.Namespace == ns && selector.Count == 0) space ??= p;
            if (p.Namespace == MeshConfig.RootNamespace && selector.Count == 0) mesh ??= p;
        }
        return (workload, space, mesh);
    }

    private static MutualTlsMode? Parse(string? mode) => mode switch
    {
        "STRICT" => MutualTlsMode.Strict,
        "PERMISSIVE" => MutualTlsMode.Permissive,
        "DISABLE" => MutualTlsMode.Disable,
        _ => null,
    };
}
