using System.Text.Json.Nodes;

namespace Portal.Sandbox.Controllers;

/// <summary>What a namespace that is being deleted says about what is left in it.</summary>
internal static class NamespaceConditions
{
    public static void Set(JsonObject status, IReadOnlyDictionary<string, int> remaining, IReadOnlyDictionary<string, int> finalizers, string now)
    {
        OwnedObjects.SetCondition(status, "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered", now);
        OwnedObjects.SetCondition(status, "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed", now);
        OwnedObjects.SetCondition(status, "NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization", now);
        var left = remaining.Select(r => $"{r.Key} has {r.Value} resource instances").Order(StringComparer.Ordinal);
        OwnedObjects.SetCondition(status, "NamespaceContentRemaining", remaining.Count > 0 ? "True" : "False", remaining.Count > 0 ? "SomeResourcesRemain" : "ContentRemoved",
            remaining.Count > 0 ? "Some resources are remaining: " + string.Join(", ", left) : "All content successfully removed", now);
        var held = finalizers.Select(f => $"{f.Key} in {f.Value} resource instances").Order(StringComparer.Ordinal);
        OwnedObjects.SetCondition(status, "NamespaceFinalizersRemaining", finalizers.Count > 0 ? "True" : "False", finalizers.Count > 0 ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
            finalizers.Count > 0 ? "Some content in the namespace has finalizers remaining: " + string.Join(", ", held) : "All content-preserving finalizers finished", now);
    }
}
