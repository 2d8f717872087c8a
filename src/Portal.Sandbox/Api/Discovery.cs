using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

internal readonly record struct Document(byte[] Body, string ContentType = "application/json");

/// <summary>What the cluster serves, in every form that clients ask for: aggregated v2 and v2beta1, and plain lists.</summary>
internal sealed class Discovery(ResourceCatalog catalog)
{
    /// <summary>Order in which API groups are listed; others follow alphabetically.</summary>
    private static readonly string[] s_groupOrder = ["apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "discovery.k8s.io"];

    private static readonly string[] s_healthChecks = ["ping", "log", "etcd", "informer-sync", "poststarthook/start-apiextensions-controllers", "poststarthook/crd-informer-synced", "poststarthook/rbac/bootstrap-roles", "poststarthook/apiservice-openapi-controller", "shutdown"];

    private static readonly byte[] s_version = new JsonObject
    {
        ["major"] = "1", ["minor"] = "33", ["emulationMajor"] = "1", ["emulationMinor"] = "33", ["minCompatibilityMajor"] = "1", ["minCompatibilityMinor"] = "32",
        ["gitVersion"] = "v1.33.4", ["gitCommit"] = "0000000000000000000000000000000000000000", ["gitTreeState"] = "clean",
        ["buildDate"] = "2025-08-13T00:00:00Z", ["goVersion"] = "none (sandbox)", ["compiler"] = "none", ["platform"] = "linux/amd64",
    }.ToUtf8();

    public bool TryAnswer(HttpContext http, string path, out Document document)
    {
        document = default;
        if (http.Request.Method != "GET") return false;
        switch (path.TrimEnd('/'))
        {
            case "/version": document = new(s_version); return true;
            case "/healthz" or "/livez" or "/readyz" when http.Request.Query.ContainsKey("verbose"):
                document = new(System.Text.Encoding.UTF8.GetBytes(string.Concat(s_healthChecks.Select(c => $"[+]{c} ok\n")) + path.Trim('/') + " check passed\n"), "text/plain; charset=utf-8");
                return true;
            case "/healthz" or "/livez" or "/readyz": document = new("ok"u8.ToArray(), "text/plain; charset=utf-8"); return true;
            case "/api": document = Aggregated(http, core: true) ?? new(new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() }.ToUtf8()); return true;
            case "/apis": document = Aggregated(http, core: false) ?? new(new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(Group)]) }.ToUtf8()); return true;
            case "/api/v1": document = new(Resources("", "v1")!.ToUtf8()); return true;
            case "" when path == "/": document = new(Paths().ToUtf8()); return true;
        }
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["apis", var group] && Groups().FirstOrDefault(g => g.Key == group) is { } found)
        {
            document = new(Group(found).ToUtf8());
            return true;
        }
        if (parts is ["apis", var g2, var version] && Resources(g2, version) is { } list)
        {
            document = new(list.ToUtf8());
            return true;
        }
        return false;
    }

    private IEnumerable<IGrouping<string, ResourceType>> Groups() => catalog.All.Where(r => r.Group.Length > 0).GroupBy(r => r.Group)
        .OrderBy(g => Array.IndexOf(s_groupOrder, g.Key) is >= 0 and var i ? i : s_groupOrder.Length).ThenBy(g => g.Key, StringComparer.Ordinal);

    private JsonObject Paths() => new() { ["paths"] = new JsonArray([.. new[] { "/api", "/api/v1", "/apis" }.Concat(Groups().SelectMany(g => new[] { $"/apis/{g.Key}", $"/apis/{g.Key}/{Versions(g)[0]}" })).Concat(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]).Select(p => (JsonNode)p)]) };

    private static string[] Versions(IGrouping<string, ResourceType> group) => [.. group.Select(r => r.Version).Distinct().OrderBy(ResourceCatalog.VersionRank)];

    private static JsonObject Group(IGrouping<string, ResourceType> group)
    {
        JsonObject Version(string v) => new() { ["groupVersion"] = $"{group.Key}/{v}", ["version"] = v };
        var versions = Versions(group);
        return new() { ["kind"] = "APIGroup", ["apiVersion"] = "v1", ["name"] = group.Key, ["versions"] = new JsonArray([.. versions.Select(Version)]), ["preferredVersion"] = Version(versions[0]) };
    }

    private JsonObject? Resources(string group, string version)
    {
        var types = catalog.All.Where(r => r.Group == group && r.Version == version).ToList();
        if (types.Count == 0) return null;
        var list = new JsonArray();
        foreach (var t in types)
        {
            var resource = new JsonObject { ["name"] = t.Plural, ["singularName"] = t.Singular, ["namespaced"] = t.Namespaced, ["kind"] = t.Kind, ["verbs"] = Strings(t.Verbs) };
            if (t.ShortNames.Count > 0) resource["shortNames"] = Strings(t.ShortNames);
            if (t.Categories.Count > 0) resource["categories"] = Strings(t.Categories);
            list.Add(resource);
            foreach (var s in SubresourcesOf(t))
            {
                var sub = new JsonObject { ["name"] = $"{t.Plural}/{s.Name}", ["singularName"] = "", ["namespaced"] = t.Namespaced, ["kind"] = s.Kind ?? t.Kind, ["verbs"] = Strings(s.Verbs) };
                if (s.Group is not null)
                {
                    sub["group"] = s.Group;
                    sub["version"] = "v1";
                }
                list.Add(sub);
            }
        }
        return new() { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = types[0].ApiVersion, ["resources"] = list };
    }

    private Document? Aggregated(HttpContext http, bool core)
    {
        var accept = http.Request.Headers.Accept.ToString();
        // The version asked for must be honoured: older clients understand v2beta1 only.
        var v2 = accept.IndexOf("g=apidiscovery.k8s.io;v=v2;", StringComparison.Ordinal);
        var beta = accept.IndexOf("g=apidiscovery.k8s.io;v=v2beta1;", StringComparison.Ordinal);
        if (v2 < 0 && beta < 0) return null;
        var version = v2 >= 0 ? "v2" : "v2beta1";
        var groups = core ? catalog.All.Where(r => r.Group.Length == 0).GroupBy(r => r.Group) : Groups();
        var body = new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/" + version,
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(g => new JsonObject
            {
                ["metadata"] = g.Key.Length == 0 ? new JsonObject { ["creationTimestamp"] = null } : new JsonObject { ["name"] = g.Key, ["creationTimestamp"] = null },
                ["versions"] = new JsonArray([.. Versions(g).Select(v => new JsonObject
                {
                    ["version"] = v,
                    ["resources"] = new JsonArray([.. g.Where(t => t.Version == v).Select(AggregatedResource)]),
                    ["freshness"] = "Current",
                })]),
            })]),
        };
        return new(body.ToUtf8(), $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
    }

    private static JsonObject AggregatedResource(ResourceType t)
    {
        JsonObject Kind(string kind, string? group = null) => new() { ["group"] = group ?? t.Group, ["version"] = group is null ? t.Version : "v1", ["kind"] = kind };
        var resource = new JsonObject
        {
            ["resource"] = t.Plural, ["responseKind"] = Kind(t.Kind), ["scope"] = t.Namespaced ? "Namespaced" : "Cluster", ["singularResource"] = t.Singular, ["verbs"] = Strings(t.Verbs),
        };
        if (t.ShortNames.Count > 0) resource["shortNames"] = Strings(t.ShortNames);
        if (t.Categories.Count > 0) resource["categories"] = Strings(t.Categories);
        var subs = SubresourcesOf(t).Select(s => (JsonNode)new JsonObject { ["subresource"] = s.Name, ["responseKind"] = Kind(s.Kind ?? t.Kind, s.Group), ["verbs"] = Strings(s.Verbs) }).ToArray();
        if (subs.Length > 0) resource["subresources"] = new JsonArray(subs);
        return resource;
    }

    private static IEnumerable<(string Name, string? Kind, string? Group, string[] Verbs)> SubresourcesOf(ResourceType t)
    {
        if (t.HasStatus) yield return ("status", null, null, ["get", "patch", "update"]);
        if (t.HasScale) yield return ("scale", "Scale", "autoscaling", ["get", "patch", "update"]);
        if (t.Resource == "pods")
        {
            yield return ("attach", "PodAttachOptions", null, ["create", "get"]);
            yield return ("binding", "Binding", null, ["create"]);
            yield return ("ephemeralcontainers", null, null, ["get", "patch", "update"]);
            yield return ("eviction", "Eviction", "policy", ["create"]);
            yield return ("exec", "PodExecOptions", null, ["create", "get"]);
            yield return ("log", null, null, ["get"]);
            yield return ("portforward", "PodPortForwardOptions", null, ["create", "get"]);
            yield return ("resize", null, null, ["get", "patch", "update"]);
            yield return ("proxy", "PodProxyOptions", null, ["create", "delete", "get", "patch", "update"]);
        }
        if (t.Resource == "services") yield return ("proxy", "ServiceProxyOptions", null, ["create", "delete", "get", "patch", "update"]);
        if (t.Resource == "serviceaccounts") yield return ("token", "TokenRequest", "authentication.k8s.io", ["create"]);
        if (t.Resource == "certificatesigningrequests.certificates.k8s.io") yield return ("approval", null, null, ["get", "patch", "update"]);
        if (t.Resource == "namespaces") yield return ("finalize", null, null, ["update"]);
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
