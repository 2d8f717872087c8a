using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>The environment variables that a container starts with.</summary>
internal static class ContainerEnvironment
{
    public static IReadOnlyDictionary<string, string> For(PodInstance pod, JsonObject container)
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOSTNAME"] = pod.Name,
            ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
            ["KUBERNETES_SERVICE_PORT"] = "443",
            ["HOME"] = "/root",
        };
        var snapshot = pod.Cluster.Store.Snapshot;
        JsonObject? Data(string resource, string? name) => name is null ? null : snapshot.Find(resource, pod.Namespace, name)?.Parse().Obj("data");
        foreach (var from in container.Objects("envFrom"))
        {
            var prefix = from.Str("prefix") ?? "";
            foreach (var (key, value) in Data("configmaps", from.Str("configMapRef", "name")) ?? []) env[prefix + key] = value.Str() ?? "";
            foreach (var (key, value) in Data("secrets", from.Str("secretRef", "name")) ?? []) env[prefix + key] = Decode(value.Str());
        }
        foreach (var e in container.Objects("env"))
        {
            var name = e.Str("name") ?? "";
            if (e.Obj("valueFrom") is not { } source) env[name] = Expand(e.Str("value") ?? "", env);
            else if (source.Obj("configMapKeyRef") is { } map) env[name] = Data("configmaps", map.Str("name")).Str(map.Str("key") ?? "") ?? "";
            else if (source.Obj("secretKeyRef") is { } secret) env[name] = Decode(Data("secrets", secret.Str("name")).Str(secret.Str("key") ?? ""));
            else if (source.Str("fieldRef", "fieldPath") is { } path) env[name] = Field(pod, path);
        }
        return env;
    }

    private static string Field(PodInstance pod, string path) => path switch
    {
        "status.podIP" => pod.Ip,
        "spec.nodeName" => pod.Spec.Str("spec", "nodeName") ?? "",
        "spec.serviceAccountName" => pod.ServiceAccount,
        "status.hostIP" => pod.Spec.Str("status", "hostIP") ?? "",
        _ when path.StartsWith("metadata.labels['", StringComparison.Ordinal) => pod.Labels.GetValueOrDefault(path[17..^2], ""),
        _ => pod.Spec.Str(path.Split('.')) ?? "",
    };

    private static string Expand(string value, Dictionary<string, string> env)
    {
        foreach (var (name, v) in env) value = value.Replace($"$({name})", v, StringComparison.Ordinal);
        return value;
    }

    private static string Decode(string? base64) => base64 is null ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
