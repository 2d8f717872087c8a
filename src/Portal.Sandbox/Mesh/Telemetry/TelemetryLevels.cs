using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>The parts of Telemetry objects that concern a workload: the mesh's, then its namespace's, then one that selects it. Later ones stand above.</summary>
internal static class TelemetryLevels
{
    /// <param name="part">The list of the object: <c>tracing</c>, <c>accessLogging</c>, <c>metrics</c>.</param>
    public static IEnumerable<JsonObject> Of(IReadOnlyList<MeshObject> telemetries, string part, string ns, IReadOnlyDictionary<string, string> labels)
    {
        var all = telemetries.Where(t => t.Spec.Arr(part) is { Count: > 0 }).ToList();
        var found = new[]
        {
            all.Find(t => t.Namespace == MeshConfig.RootNamespace && IsForAll(t)),
            all.Find(t => t.Namespace == ns && ns != MeshConfig.RootNamespace && IsForAll(t)),
            all.Find(t => t.Namespace == ns && !IsForAll(t) && t.AppliesTo(ns, labels)),
        };
        return found.OfType<MeshObject>().SelectMany(t => t.Spec.Objects(part));
    }

    private static bool IsForAll(MeshObject telemetry) => telemetry.SelectsAll && !telemetry.Targets.Any();
}
