using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>The parts of Telemetry objects that concern a workload: the mesh's, then its namespace's, then those that select it. Later ones stand above.</summary>
internal static class TelemetryLevels
{
    /// <param name="part">The list of the object: <c>tracing</c>, <c>accessLogging</c>, <c>metrics</c>.</param>
    public static IEnumerable<JsonObject> Of(IReadOnlyList<MeshObject> telemetries, string part, string ns, IReadOnlyDictionary<string, string> labels)
    {
        var all = telemetries.Where(t => t.Spec.Arr(part) is { Count: > 0 }).ToList();
        var found = new[]
        {
            all.Find(t => t.Namespace == MeshConfig.RootNamespace && t.Spec.Obj("selector") is null),
            all.Find(t => t.Namespace == ns && ns != MeshConfig.RootNamespace && t.Spec.Obj("selector") is null),
            all.Find(t => t.Namespace == ns && t.Spec.Map("selector", "matchLabels") is { Count: > 0 } selector && Selectors.Matches(selector, labels)),
        };
        return found.OfType<MeshObject>().SelectMany(t => t.Spec.Objects(part));
    }
}
