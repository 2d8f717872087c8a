using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>What a pod needs besides its images: configuration for its environment, sources for its volumes.</summary>
internal static class PodDependencies
{
    /// <summary>The message for a ConfigMap or Secret that a container's environment needs and that is not there, or null.</summary>
    public static string? MissingConfiguration(StoreSnapshot snapshot, string ns, JsonObject container)
    {
        var references = container.Objects("envFrom").SelectMany(e => new[] { ("configmap", "configmaps", e.Obj("configMapRef")), ("secret", "secrets", e.Obj("secretRef")) })
            .Concat(container.Objects("env").SelectMany(e => new[] { ("configmap", "configmaps", e.Obj("valueFrom", "configMapKeyRef")), ("secret", "secrets", e.Obj("valueFrom", "secretKeyRef")) }));
        foreach (var (word, resource, reference) in references)
        {
            if (reference is null || reference.Flag("optional") == true) continue;
            var name = reference.Str("name") ?? "";
            if (snapshot.Find(resource, ns, name) is not { } found) return $"{word} \"{name}\" not found";
            if (reference.Str("key") is { } key && found.Parse().Obj("data")?.ContainsKey(key) != true) return $"couldn't find key {key} in {(word == "secret" ? "Secret" : "ConfigMap")} {ns}/{name}";
        }
        return null;
    }

    /// <summary>The message for the first volume that cannot be mounted, or null.</summary>
    public static string? FailedMount(StoreSnapshot snapshot, JsonObject pod)
    {
        var ns = pod.Str("metadata", "namespace")!;
        foreach (var volume in pod.Objects("spec", "volumes"))
        {
            foreach (var (word, resource, source, name) in Sources(volume))
            {
                if (source.Flag("optional") == true) continue;
                var error = snapshot.Find(resource, ns, name) is not { } found ? $"{word} \"{name}\" not found" : MissingKey(found, source, resource);
                if (error is null) continue;
                if (name == "kube-root-ca.crt") error = $"object \"{ns}\"/\"{name}\" not registered";
                return $"MountVolume.SetUp failed for volume \"{volume.Str("name")}\" : {error}";
            }
        }
        return null;
    }

    private static string? MissingKey(StoredObject found, JsonObject source, string resource)
    {
        if (source.Arr("items") is not { Count: > 0 }) return null;
        var obj = found.Parse();
        return source.Objects("items").Select(i => i.Str("key") ?? "").Any(k => obj.Obj("data")?.ContainsKey(k) != true && obj.Obj("binaryData")?.ContainsKey(k) != true)
            ? resource == "secrets" ? "references non-existent secret key: " + Missing(source, obj) : "configmap references non-existent config key: " + Missing(source, obj) : null;
    }

    private static string Missing(JsonObject source, JsonObject obj) => source.Objects("items").Select(i => i.Str("key") ?? "").First(k => obj.Obj("data")?.ContainsKey(k) != true && obj.Obj("binaryData")?.ContainsKey(k) != true);

    private static IEnumerable<(string Word, string Resource, JsonObject Source, string Name)> Sources(JsonObject volume)
    {
        if (volume.Obj("configMap") is { } map) yield return ("configmap", "configmaps", map, map.Str("name") ?? "");
        if (volume.Obj("secret") is { } secret) yield return ("secret", "secrets", secret, secret.Str("secretName") ?? "");
        foreach (var source in volume.Objects("projected", "sources"))
        {
            if (source.Obj("configMap") is { } m) yield return ("configmap", "configmaps", m, m.Str("name") ?? "");
            if (source.Obj("secret") is { } s) yield return ("secret", "secrets", s, s.Str("name") ?? "");
        }
    }
}
