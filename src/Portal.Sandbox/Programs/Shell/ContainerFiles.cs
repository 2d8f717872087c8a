using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>The few files that a container has: what it wrote, what the kubelet puts there, and mounted configuration.</summary>
internal static class ContainerFiles
{
    public static string? Read(ShellSession session, string path)
    {
        if (session.Files.TryGetValue(path, out var own)) return own;
        var pod = session.Container.Pod;
        switch (path)
        {
            case "/etc/hostname": return pod.Name + "\n";
            case "/etc/resolv.conf": return $"search {pod.Namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n";
            case "/etc/hosts": return $"127.0.0.1\tlocalhost\n{pod.Ip}\t{pod.Name}\n";
            case "/var/run/secrets/kubernetes.io/serviceaccount/namespace": return pod.Namespace;
        }
        foreach (var mount in pod.Spec.Objects("spec", "containers").FirstOrDefault(c => c.Str("name") == session.Container.Name).Objects("volumeMounts"))
        {
            var root = mount.Str("mountPath")?.TrimEnd('/') + "/";
            if (!path.StartsWith(root, StringComparison.Ordinal)) continue;
            var volume = pod.Spec.Objects("spec", "volumes").FirstOrDefault(v => v.Str("name") == mount.Str("name"));
            if (volume.Str("configMap", "name") is { } map && pod.Cluster.Store.Snapshot.Find("configmaps", pod.Namespace, map)?.Parse().Str("data", path[root.Length..]) is { } text) return text;
        }
        return null;
    }
}
