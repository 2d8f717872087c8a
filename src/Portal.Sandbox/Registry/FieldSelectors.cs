using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Field selectors: each kind allows a fixed set of fields, others are refused (400) as upstream refuses them.</summary>
internal static class FieldSelectors
{
    private static readonly Dictionary<string, string[]> s_fields = new(StringComparer.Ordinal)
    {
        ["pods"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        ["events"] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"],
        ["namespaces"] = ["status.phase"],
        ["secrets"] = ["type"],
        ["nodes"] = ["spec.unschedulable"],
        ["jobs.batch"] = ["status.successful"],
        ["services"] = ["spec.clusterIP", "spec.type"],
        ["replicasets.apps"] = ["status.replicas"],
        ["replicationcontrollers"] = ["status.replicas"],
    };

    /// <summary>Parses <c>a.b=c,d!=e</c> for a resource.</summary>
    /// <exception cref="FormatException">Not a selector, or a field that the resource cannot be selected by.</exception>
    public static Func<JsonObject, bool> Parse(ResourceType type, string text)
    {
        var terms = new List<Func<JsonObject, bool>>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var not = part.IndexOf("!=", StringComparison.Ordinal);
            var eq = part.IndexOf('=', StringComparison.Ordinal);
            if (eq < 0) throw new FormatException($"invalid selector: '{part}'; can't understand '{part}'");
            var field = part[..(not > 0 ? not : eq)];
            var value = part[((not > 0 ? not + 1 : eq) + 1)..].TrimStart('=');
            if (field is not ("metadata.name" or "metadata.namespace") && !s_fields.GetValueOrDefault(type.Resource, []).Contains(field) && type.Custom?.SelectableFields.Contains(field) != true)
                throw new FormatException($"field label not supported: {field}");
            var path = field.Split('.');
            terms.Add(o => (Read(o, path) == value) != not > 0);
        }
        return o => terms.All(t => t(o));
    }

    private static string Read(JsonObject o, string[] path) =>
        path is ["source"] ? o.Str("source", "component") ?? "" : o.At(path)?.ToString() is { } s ? s : path[^1] == "unschedulable" ? "false" : "";
}
