using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>The volumes of a pod. Those that Kubernetes fills are read from the store each time, so a changed ConfigMap shows at once.</summary>
internal sealed class PodVolumes(PodInstance pod)
{
    private readonly ConcurrentDictionary<string, FileTree> _scratch = new(StringComparer.Ordinal);

    /// <summary>Whether something was written that goes with the pod.</summary>
    public bool IsTouched => _scratch.Values.Any(t => !t.IsEmpty);

    /// <summary>Gives back what goes with the pod.</summary>
    public void Clear()
    {
        foreach (var tree in _scratch.Values) tree.Clear();
    }

    /// <summary>The tree of a volume that containers may write to; null for the others.</summary>
    public FileTree? Writable(string name)
    {
        var volume = pod.Spec.Objects("spec", "volumes").FirstOrDefault(v => v.Str("name") == name);
        if (volume is null) return null;
        if (volume.Str("persistentVolumeClaim", "claimName") is { } claim)
        {
            var found = pod.Cluster.Store.Snapshot.Find("persistentvolumeclaims", pod.Namespace, claim);
            return pod.Cluster.Pods.Disk("pv/" + (found?.Parse().Str("spec", "volumeName") is { Length: > 0 } pv ? pv : found?.Uid));
        }
        if (volume.Str("hostPath", "path") is { } path) return pod.Cluster.Pods.Disk($"node/{pod.NodeName}{path}");
        return volume["emptyDir"] is not null || volume["ephemeral"] is not null ? _scratch.GetOrAdd(name, _ => new()) : null;
    }

    /// <summary>The files of a volume that Kubernetes fills.</summary>
    public Dictionary<string, byte[]> Filled(string name)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var volume = pod.Spec.Objects("spec", "volumes").FirstOrDefault(v => v.Str("name") == name);
        if (volume.Obj("configMap") is { } map) ConfigMap(files, map, map.Str("name"));
        if (volume.Obj("secret") is { } secret) Secret(files, secret, secret.Str("secretName"));
        if (volume.Obj("downwardAPI") is { } downward) Downward(files, downward);
        foreach (var source in volume.Objects("projected", "sources"))
        {
            if (source.Obj("configMap") is { } m) ConfigMap(files, m, m.Str("name"));
            if (source.Obj("secret") is { } s) Secret(files, s, s.Str("name"));
            if (source.Obj("downwardAPI") is { } d) Downward(files, d);
            if (source.Str("serviceAccountToken", "path") is { } token) files[token] = Encoding.UTF8.GetBytes("sandbox-service-account-token");
        }
        return files;
    }

    private void ConfigMap(Dictionary<string, byte[]> files, JsonObject source, string? name)
    {
        var found = pod.Cluster.Store.Snapshot.Find("configmaps", pod.Namespace, name ?? "")?.Parse();
        var data = found.Map("data").ToDictionary(p => p.Key, p => Encoding.UTF8.GetBytes(p.Value), StringComparer.Ordinal);
        foreach (var (key, value) in found.Map("binaryData")) data[key] = Convert.FromBase64String(value);
        Select(files, source, data);
    }

    private void Secret(Dictionary<string, byte[]> files, JsonObject source, string? name) =>
        Select(files, source, pod.Cluster.Store.Snapshot.Find("secrets", pod.Namespace, name ?? "")?.Parse().Map("data").ToDictionary(p => p.Key, p => Convert.FromBase64String(p.Value), StringComparer.Ordinal) ?? []);

    private void Downward(Dictionary<string, byte[]> files, JsonObject source)
    {
        foreach (var item in source.Objects("items"))
        {
            var text = item.Str("fieldRef", "fieldPath") is { } path ? ContainerEnvironment.Field(pod, path)
                : ContainerEnvironment.Resource(pod, pod.Spec.Objects("spec", "containers").FirstOrDefault(c => c.Str("name") == item.Str("resourceFieldRef", "containerName")) ?? [], item.Obj("resourceFieldRef") ?? []);
            files[item.Str("path") ?? ""] = Encoding.UTF8.GetBytes(text);
        }
    }

    private static void Select(Dictionary<string, byte[]> files, JsonObject source, Dictionary<string, byte[]> data)
    {
        if (source.Arr("items") is not { Count: > 0 })
        {
            foreach (var (key, value) in data) files[key] = value;
            return;
        }
        foreach (var item in source.Objects("items"))
            if (data.TryGetValue(item.Str("key") ?? "", out var value)) files[item.Str("path") ?? ""] = value;
    }
}
