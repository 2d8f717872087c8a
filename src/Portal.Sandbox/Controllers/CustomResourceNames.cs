using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>The status of CustomResourceDefinitions: whose names are whose, and which versions were ever stored.</summary>
internal static class CustomResourceNames
{
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private const string Resource = "customresourcedefinitions.apiextensions.k8s.io";

    public static bool IsEstablished(JsonObject? status) => status.Objects("conditions").Any(c => c.Str("type") == "Established" && c.Str("status") == "True");

    /// <summary>The status that a definition should have; null when it has it.</summary>
    public static JsonObject? Accept(JsonObject definition, SandboxCluster cluster)
    {
        var (spec, status) = (definition.Ensure("spec"), definition.Obj("status")?.Copy() ?? []);
        var (wanted, had) = (spec.Obj("names") ?? [], status.Obj("acceptedNames") ?? []);
        var stored = status.Strings("storedVersions").ToList();
        var storage = spec.Objects("versions").FirstOrDefault(v => v.Flag("storage") == true).Str("name");
        var isStored = storage is null || stored.Contains(storage);
        if (isStored && IsEstablished(status) && JsonExtensions.Same(wanted, had)) return null;
        if (!isStored) status["storedVersions"] = new JsonArray([.. stored.Append(storage!).Select(v => (JsonNode)v)]);
        var accepted = had.Copy();
        var (reason, message) = Conflicts(definition, wanted, had, accepted, cluster);
        status["acceptedNames"] = accepted;
        var isEstablished = IsEstablished(status);
        SetCondition(status, "NamesAccepted", reason is null, reason ?? "NoConflicts", reason is null ? "no conflicts found" : message, cluster.Operations.Now);
        if (!isEstablished) SetCondition(status, "Established", reason is null, reason is null ? "InitialNamesAccepted" : "NotAccepted", reason is null ? "the initial names have been accepted" : "not all names are accepted", cluster.Operations.Now);
        return JsonExtensions.Same(status, definition["status"]) ? null : status;
    }

    public static void Write(SandboxCluster cluster, string name, JsonObject status) =>
        cluster.Operations.Update(BuiltInResources.CustomResourceDefinitions, "", name, "status", o =>
        {
            o["status"] = status;
            return o;
        }, WriteOptions.Controller("apiextensions"));

    /// <summary>Marks a definition whose deletion was asked for: its objects go first.</summary>
    public static void MarkTerminating(JsonObject definition, string now) =>
        SetCondition(definition.Ensure("status"), "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress", now);

    private static (string? Reason, string Message) Conflicts(JsonObject definition, JsonObject wanted, JsonObject had, JsonObject accepted, SandboxCluster cluster)
    {
        var (resources, kinds) = Taken(definition, cluster);
        (string?, string) failed = (null, "");
        Name("plural", resources, "PluralConflict");
        Name("singular", resources, "SingularConflict");
        var mine = had.Strings("shortNames").ToHashSet();
        var used = wanted.Strings("shortNames").Where(s => !mine.Contains(s) && resources.Contains(s)).Select(s => $"\"{s}\" is already in use").ToList();
        if (used.Count > 0) failed = ("ShortNamesConflict", used.Count == 1 ? used[0] : "[" + string.Join(", ", used) + "]");
        else Copy("shortNames");
        Name("kind", kinds, "KindConflict");
        Name("listKind", kinds, "ListKindConflict");
        Copy("categories");
        return failed;

        void Name(string field, HashSet<string> taken, string reason)
        {
            var name = wanted.Str(field) ?? "";
            if (name != had.Str(field) && taken.Contains(name)) failed = (reason, $"\"{name}\" is already in use");
            else Copy(field);
        }

        void Copy(string field)
        {
            accepted.Remove(field);
            if (wanted[field] is { } value) accepted[field] = value.DeepClone();
        }
    }

    private static (HashSet<string> Resources, HashSet<string> Kinds) Taken(JsonObject definition, SandboxCluster cluster)
    {
        var (resources, kinds) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var group = definition.Str("spec", "group") ?? "";
        foreach (var other in cluster.Store.Snapshot.List(Resource))
        {
            if (other.Name == definition.Str("metadata", "name") || !other.Name.EndsWith("." + group, StringComparison.Ordinal) || other.Parse() is not { } o || o.Str("spec", "group") != group) continue;
            var names = o.Obj("status", "acceptedNames");
            resources.UnionWith(new[] { names.Str("plural"), names.Str("singular") }.OfType<string>().Concat(names.Strings("shortNames")));
            kinds.UnionWith(new[] { names.Str("kind"), names.Str("listKind") }.OfType<string>());
        }
        return (resources, kinds);
    }

    private static void SetCondition(JsonObject status, string type, bool isTrue, string reason, string message, string now)
    {
        var conditions = status.EnsureArray("conditions");
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);
        if (condition is null) conditions.Add(condition = new JsonObject { ["type"] = type });
        var value = isTrue ? "True" : "False";
        if (condition.Str("status") != value) condition["lastTransitionTime"] = now;
        (condition["status"], condition["reason"], condition["message"]) = (value, reason, message);
    }
}
