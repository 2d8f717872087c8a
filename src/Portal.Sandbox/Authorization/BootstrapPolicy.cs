using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Authorization;

/// <summary>The roles and bindings that every cluster begins with. They are made once and shared by all clusters.</summary>
internal static class BootstrapPolicy
{
    private const string Group = "rbac.authorization.k8s.io";

    private static StoreSnapshot? s_baseline;

    /// <summary>A snapshot that holds the policy and nothing else. What the first caller gives as the present is when its objects were made.</summary>
    public static StoreSnapshot Baseline(DateTimeOffset now)
    {
        if (Volatile.Read(ref s_baseline) is { } made) return made;
        Interlocked.CompareExchange(ref s_baseline, Build(ResourceOperations.Timestamp(now)), null);
        return s_baseline!;
    }

    private static StoreSnapshot Build(string now)
    {
        var objects = new List<(string Resource, JsonObject Object)>();
        using var reader = new StreamReader(typeof(BootstrapPolicy).Assembly.GetManifestResourceStream("bootstrap-policy.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0) continue;
            if (line[0] == '\t')
            {
                ((JsonArray)objects[^1].Object["rules"]!).Add(Rule(line[1..].Split('\t')));
                continue;
            }
            var words = line.Split(' ');
            objects.Add(words[0] == "role" ? Role(words, now) : Binding(words, now));
        }
        Aggregate(objects);
        var revision = 1L;
        var resources = ImmutableDictionary.CreateBuilder<string, ImmutableSortedDictionary<ObjectName, StoredObject>>(StringComparer.Ordinal);
        foreach (var kind in objects.GroupBy(o => o.Resource))
        {
            var map = ImmutableSortedDictionary.CreateBuilder<ObjectName, StoredObject>();
            foreach (var (_, obj) in kind)
            {
                revision++;
                obj["metadata"]!["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
                var stored = new StoredObject(obj, revision);
                map[new(stored.Namespace, stored.Name)] = stored;
            }
            resources[$"{kind.Key}.{Group}"] = map.ToImmutable();
        }
        return new(revision, resources.ToImmutable());
    }

    /// <summary><c>role [namespace/]name label... [*]</c>: the star marks a role whose rules are those of the roles with its label.</summary>
    private static (string, JsonObject) Role(string[] words, string now)
    {
        var aggregated = words[^1] == "*";
        var role = Object(words[1], "Role", now, words[2..(aggregated ? ^1 : ^0)]);
        if (aggregated)
            role.Object["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [$"{Group}/aggregate-to-{words[1]}"] = "true" } }) };
        role.Object["rules"] = new JsonArray();
        return role;
    }

    /// <summary><c>bind [namespace/]name [kind:]role kind:[namespace/]subject...</c></summary>
    private static (string, JsonObject) Binding(string[] words, string now)
    {
        var binding = Object(words[1], "RoleBinding", now, []);
        var inRole = words[2].StartsWith("Role:", StringComparison.Ordinal);
        binding.Object["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = inRole ? "Role" : "ClusterRole", ["name"] = inRole ? words[2][5..] : words[2] };
        if (words.Length == 3) return binding;
        binding.Object["subjects"] = new JsonArray([.. words[3..].Select(word =>
        {
            var (kind, rest) = (word[..word.IndexOf(':', StringComparison.Ordinal)], word[(word.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            return (JsonNode)(kind == "ServiceAccount"
                ? new JsonObject { ["kind"] = kind, ["name"] = rest.Split('/')[1], ["namespace"] = rest.Split('/')[0] }
                : new JsonObject { ["apiGroup"] = Group, ["kind"] = kind, ["name"] = rest });
        })]);
        return binding;
    }

    private static (string Resource, JsonObject Object) Object(string name, string kind, string now, string[] labels)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var metadata = new JsonObject { ["name"] = name[(slash + 1)..] };
        if (slash >= 0) metadata["namespace"] = name[..slash];
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = now;
        metadata["labels"] = new JsonObject(labels.Select(l => KeyValuePair.Create<string, JsonNode?>($"{Group}/{l}", "true"))) { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        metadata["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" };
        if (slash < 0) kind = "Cluster" + kind;
        return (kind.ToLowerInvariant() + "s", new JsonObject { ["apiVersion"] = Group + "/v1", ["kind"] = kind, ["metadata"] = metadata });
    }

    /// <summary><c>verbs groups resources [names]</c>, or <c>verbs url urls</c>; lists with commas.</summary>
    private static JsonObject Rule(string[] cells)
    {
        static JsonArray List(string text) => new([.. text.Split(',').Select(t => (JsonNode)(t == "core" ? "" : t))]);
        if (cells[1] == "url") return new() { ["nonResourceURLs"] = List(cells[2]), ["verbs"] = List(cells[0]) };
        var rule = new JsonObject { ["apiGroups"] = List(cells[1]), ["resources"] = List(cells[2]), ["verbs"] = List(cells[0]) };
        if (cells.Length > 3) rule["resourceNames"] = List(cells[3]);
        return rule;
    }

    private static void Aggregate(List<(string, JsonObject)> objects)
    {
        // From the smallest role to the largest: each is part of the next.
        foreach (var name in (ReadOnlySpan<string>)["view", "edit", "admin"])
        {
            var target = objects.Select(o => o.Item2).First(o => o["kind"]!.GetValue<string>() == "ClusterRole" && o["metadata"]!["name"]!.GetValue<string>() == name);
            var label = $"{Group}/aggregate-to-{name}";
            foreach (var (_, part) in objects.Where(o => o.Item2["metadata"]!["labels"]![label] is not null))
            {
                foreach (var rule in (JsonArray)part["rules"]!) ((JsonArray)target["rules"]!).Add(rule!.DeepClone());
            }
        }
    }
}
