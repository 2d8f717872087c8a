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
            else if (source.Obj("resourceFieldRef") is { } field) env[name] = Resource(pod, container, field);
        }
        return env;
    }

    public static string Field(PodInstance pod, string path) => path switch
    {
        "status.podIP" => pod.Ip,
        "spec.nodeName" => pod.Spec.Str("spec", "nodeName") ?? "",
        "spec.serviceAccountName" => pod.ServiceAccount,
        "status.hostIP" => pod.Spec.Str("status", "hostIP") ?? "",
        _ when path.StartsWith("metadata.labels['", StringComparison.Ordinal) => pod.Labels.GetValueOrDefault(path[17..^2], ""),
        _ => pod.Spec.Str(path.Split('.')) ?? "",
    };

    /// <summary>Replaces <c>$(NAME)</c>; unknown names stay as they are.</summary>
    public static string Expand(string value, IReadOnlyDictionary<string, string> env)
    {
        if (!value.Contains("$(", StringComparison.Ordinal)) return value;
        foreach (var (name, v) in env) value = value.Replace($"$({name})", v, StringComparison.Ordinal);
        return value;
    }

    /// <summary>A request or limit of a container in its divisor; a limit that is not set is the node's.</summary>
    public static string Resource(PodInstance pod, JsonObject container, JsonObject reference)
    {
        var resource = reference.Str("resource") ?? "";
        var wanted = reference.Str("containerName") is { Length: > 0 } other && other != container.Str("name")
            ? pod.Spec.Objects("spec", "containers").FirstOrDefault(c => c.Str("name") == other) ?? container : container;
        var (kind, name) = resource.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? (resource[..dot], resource[(dot + 1)..]) : ("limits", resource);
        var text = wanted.Str("resources", kind, name) ?? (kind == "requests" ? "0" : pod.Cluster.Store.Snapshot.Find("nodes", "", pod.NodeName)?.Parse().Str("status", "allocatable", name) ?? "0");
        var divisor = ResourceAmount.Parse(reference.Str("divisor") is { Length: > 0 } d && d != "0" ? d : "1");
        return ((long)Math.Ceiling(ResourceAmount.Parse(text) / divisor)).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Decode(string? base64) => base64 is null ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
