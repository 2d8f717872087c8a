using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Patches that do nothing, or whose effect depends on what other filters have done before.</summary>
internal static class EnvoyFilterAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        // Filters that an earlier patch changes for some versions of the proxy only.
        var versioned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in input.Of("EnvoyFilter"))
        {
            foreach (var (i, patch) in filter.Spec.Objects("configPatches").Index())
            {
                if (patch.Obj("patch") is not { } change) break;
                var name = NameOf(patch, change);
                if (Problem(filter, patch.Str("applyTo") ?? "", change.Str("operation"), versioned.Contains(name)) is { } type)
                    yield return Finding.At(type, filter, $".spec.configPatches[{i}].patch.value");
                if (patch.Str("match", "proxy", "proxyVersion") is { Length: > 0 }) versioned.Add(name);
            }
        }
    }

    private static MessageType? Problem(AnalysisObject filter, string applyTo, string? operation, bool versioned)
    {
        var onRoutes = applyTo is "ROUTE_CONFIGURATION" or "HTTP_ROUTE";
        var relative = filter.Spec.Num("priority") is not (null or 0) ? null : versioned ? Messages.EnvoyFilterUsesRelativeOperationWithProxyVersion : Messages.EnvoyFilterUsesRelativeOperation;
        return operation switch
        {
            "ADD" => onRoutes ? Messages.EnvoyFilterUsesAddOperationIncorrectly : null,
            "REMOVE" => onRoutes ? Messages.EnvoyFilterUsesRemoveOperationIncorrectly : relative,
            "REPLACE" => applyTo is "NETWORK_FILTER" or "HTTP_FILTER" ? relative : Messages.EnvoyFilterUsesReplaceOperationIncorrectly,
            "INSERT_BEFORE" or "INSERT_AFTER" or "MERGE" => relative,
            _ => null,
        };
    }

    private static string NameOf(JsonObject patch, JsonObject change)
    {
        if (change.Obj("value") is not { } value) return "";
        return value["name"] is { } name ? $"value:{name}" : patch.Str("match", "listener", "filterChain", "filter", "name") ?? "";
    }
}
