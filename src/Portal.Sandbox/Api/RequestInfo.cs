using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>A resource request, read from the path as k8s.io/apiserver/pkg/endpoints/request does.</summary>
internal sealed record RequestInfo(ResourceType Type, string Namespace, string Name, string Subresource, string Rest)
{
    /// <summary>Null when the path names no resource that the cluster serves.</summary>
    public static RequestInfo? Parse(string path, ResourceCatalog catalog)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string group, version;
        int i;
        if (parts is ["api", _, ..]) (group, version, i) = ("", parts[1], 2);
        else if (parts is ["apis", _, _, ..]) (group, version, i) = (parts[1], parts[2], 3);
        else return null;
        var ns = "";
        // "namespaces/x" names the namespace itself unless another resource follows that is not one of its subresources.
        if (parts.Length > i + 2 && parts[i] == "namespaces" && !(parts.Length == i + 3 && group.Length == 0 && parts[i + 2] is "status" or "finalize"))
        {
            ns = Uri.UnescapeDataString(parts[i + 1]);
            i += 2;
        }
        if (parts.Length <= i || catalog.Find(group, version, parts[i]) is not { } type) return null;
        var name = parts.Length > i + 1 ? Uri.UnescapeDataString(parts[i + 1]) : "";
        var sub = parts.Length > i + 2 ? parts[i + 2] : "";
        var rest = parts.Length > i + 3 ? string.Join('/', parts[(i + 3)..]) : "";
        if (path.EndsWith('/') && rest.Length > 0) rest += "/";
        return type.Namespaced || ns.Length == 0 ? new(type, ns, name, sub, rest) : null;
    }
}

/// <summary>Query options shared by the verbs.</summary>
internal static class QueryExtensions
{
    public static string? Get(this HttpRequest request, string name) => request.Query.TryGetValue(name, out var v) && v.Count > 0 && v[0]!.Length > 0 ? v[0] : null;

    public static bool IsTrue(this HttpRequest request, string name) => request.Get(name) is "true" or "1";
}
