using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl;

/// <summary>The objects of an installation, from the table of what the demo profile contains.</summary>
internal static class ProfileManifests
{
    public const string Version = "1.30.3";

    private static readonly Lazy<IReadOnlyList<JsonObject>> s_demo = new(() => [.. IstioDefinitions.ReadTable("istio-demo-profile.tsv").Select(Read)]);

    /// <summary>Which components a profile installs; null for an unknown profile.</summary>
    public static IReadOnlyList<string>? Components(string profile) => profile switch
    {
        "demo" => ["Base", "Pilot", "IngressGateways", "EgressGateways"],
        "default" => ["Base", "Pilot", "IngressGateways"],
        "minimal" => ["Base", "Pilot"],
        _ => null,
    };

    /// <param name="accessLogs">The demo profile writes access logs to standard output, the others do not.</param>
    /// <param name="settings">Values for the mesh configuration, by path.</param>
    public static IEnumerable<JsonObject> Of(string component, bool accessLogs, IReadOnlyDictionary<string, string>? settings = null)
    {
        foreach (var o in s_demo.Value.Where(o => ComponentOf(o) == component).Select(o => o.Copy()))
        {
            if (o.Str("kind") == "ConfigMap" && o.Str("metadata", "name") == "istio") o["data"] = MeshConfigMap.Data(accessLogs, settings ?? JsonExtensions.EmptyMap);
            if (o.Str("kind") == "ConfigMap" && o.Str("metadata", "name") == "istio-sidecar-injector") o["data"] = InjectorConfigMap.Data();
            yield return o;
        }
    }

    private static string ComponentOf(JsonObject o) => o.Str("metadata", "labels", "operator.istio.io/component") ?? (o.Str("metadata", "name")!.Contains("reader", StringComparison.Ordinal) ? "Base" : o.Str("metadata", "name")!.Contains("ingress", StringComparison.Ordinal) ? "IngressGateways" : o.Str("metadata", "name")!.Contains("egress", StringComparison.Ordinal) ? "EgressGateways" : o.Str("metadata", "name") == "istiod-default-validator" ? "Base" : "Pilot");

    private static JsonObject Read(string[] row)
    {
        var metadata = new JsonObject { ["name"] = row[3] };
        if (row[2].Length > 0) metadata["namespace"] = row[2];
        if (row[4].Length > 0) metadata["labels"] = Labels(row[4]);
        var o = new JsonObject { ["apiVersion"] = row[0], ["kind"] = row[1], ["metadata"] = metadata };
        var detail = (row.ElementAtOrDefault(5) ?? "").Split(" | ", StringSplitOptions.RemoveEmptyEntries).Select(d => d.Split('=', 2)).ToDictionary(d => d[0], d => d.ElementAtOrDefault(1) ?? "");
        switch (row[1])
        {
            case "Service": o["spec"] = Service(detail); break;
            case "Deployment": o["spec"] = Deployment(detail); break;
            case "MutatingWebhookConfiguration": o["webhooks"] = ProfileWebhooks.Injectors("default", "istiod"); break;
            case "ValidatingWebhookConfiguration": o["webhooks"] = ProfileWebhooks.Validators(detail["webhooks"], "default", "istiod"); break;
            case "ClusterRole" or "Role": o["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("configmaps", "endpoints", "namespaces", "pods", "secrets", "services"), ["verbs"] = new JsonArray("get", "list", "watch") }); break;
            case "ClusterRoleBinding" or "RoleBinding":
                var cluster = row[1] == "ClusterRoleBinding";
                o["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = cluster ? "ClusterRole" : "Role", ["name"] = row[3] };
                o["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Account(row[3]), ["namespace"] = "istio-system" });
                break;
        }
        return o;
    }

    private static string Account(string role) => role.Contains("reader", StringComparison.Ordinal) ? "istio-reader-service-account"
        : role.EndsWith("-sds", StringComparison.Ordinal) ? role.Replace("-sds", "-service-account", StringComparison.Ordinal) : "istiod";

    private static JsonObject Labels(string text)
    {
        var labels = new JsonObject();
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries)) labels[pair.Split('=')[0]] = pair.Split('=', 2).ElementAtOrDefault(1) ?? "";
        return labels;
    }

    private static JsonObject Service(Dictionary<string, string> detail) => new()
    {
        ["type"] = detail["type"],
        ["selector"] = Labels(detail["selector"]),
        ["ports"] = new JsonArray([.. detail["ports"].Split(", ").Select(p =>
        {
            var colon = p.IndexOf(':', StringComparison.Ordinal);
            var numbers = p[(colon + 1)..].Split("->");
            return new JsonObject { ["name"] = p[..colon], ["port"] = int.Parse(numbers[0], CultureInfo.InvariantCulture), ["targetPort"] = int.Parse(numbers[1], CultureInfo.InvariantCulture), ["protocol"] = "TCP" };
        })]),
    };

    private static JsonObject Deployment(Dictionary<string, string> detail)
    {
        var podLabels = Labels(detail["podlabels"]);
        var container = detail["containers"].Split(' ');
        var selector = podLabels.Str("app") == "istiod" ? new JsonObject { ["istio"] = "pilot", ["app"] = "istiod" } : new JsonObject { ["app"] = podLabels.Str("app"), ["istio"] = podLabels.Str("istio") };
        var proxy = container[0] == "istio-proxy";
        return new()
        {
            ["selector"] = new JsonObject { ["matchLabels"] = selector },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = podLabels, ["annotations"] = new JsonObject { ["prometheus.io/port"] = proxy ? "15020" : "15014", ["prometheus.io/scrape"] = "true", ["sidecar.istio.io/inject"] = "false" } },
                ["spec"] = new JsonObject
                {
                    ["serviceAccountName"] = detail["sa"],
                    ["containers"] = new JsonArray(new JsonObject
                    {
                        ["name"] = container[0],
                        ["image"] = container[1],
                        ["args"] = proxy ? new JsonArray("proxy", "router", "--domain", "$(POD_NAMESPACE).svc.cluster.local") : new JsonArray("discovery", "--monitoringAddr=:15014", "--domain", "cluster.local"),
                        ["ports"] = new JsonArray([.. container[2]["ports=".Length..].Split(',').Select(p => new JsonObject { ["containerPort"] = int.Parse(p, CultureInfo.InvariantCulture), ["protocol"] = "TCP" })]),
                        ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "10m", ["memory"] = proxy ? "40Mi" : "100Mi" } },
                    }),
                },
            },
        };
    }
}
