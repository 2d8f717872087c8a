using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>Finds objects of any kind: in the snapshot when it has some, else through the API.</summary>
internal static class ObjectFinder
{
    public static async Task<IReadOnlyList<ClusterObject>> FindAsync(ProbeContext context, string apiVersion, string kind, string @namespace, string? name, CancellationToken cancellationToken)
    {
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";
        var watched = context.Snapshot.OfKind(kind, @namespace.Length > 0 ? @namespace : null)
            .Where(o => !o.IsAbridged && o.Key.Group == group && (name is null || o.Name == name))
            .OrderBy(o => o.Name, StringComparer.Ordinal)
            .ToList();
        if (watched.Count > 0 || context.Snapshot.OfKind(kind).Any(o => !o.IsAbridged && o.Key.Group == group))
            return watched;

        var root = group.Length == 0 ? $"api/{apiVersion}" : $"apis/{apiVersion}";
        var resources = await context.Api.FindAsync(root, cancellationToken).ConfigureAwait(false);
        var resource = resources?.Find("resources").Items().FirstOrDefault(r => r.Find("kind").Text() == kind && r.Find("name").Text()?.Contains('/', StringComparison.Ordinal) == false);
        if (resource is not { } served || served.Find("name").Text() is not { } plural) return [];
        var path = served.Find("namespaced").IsTrue() && @namespace.Length > 0 ? $"{root}/namespaces/{@namespace}/{plural}" : $"{root}/{plural}";
        if (name is not null)
        {
            return await context.Api.FindAsync($"{path}/{name}", cancellationToken).ConfigureAwait(false) is { } found ? [Read(found, group, kind)] : [];
        }
        var list = await context.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        return [.. list.Find("items").Items().Select(i => Read(i, group, kind))];
    }

    private static ClusterObject Read(System.Text.Json.JsonElement json, string group, string kind)
    {
        var metadata = json.Find("metadata");
        return new(new(group, kind, metadata.Find("namespace").Text() ?? "", metadata.Find("name").Text() ?? ""), json.Find("apiVersion").Text() ?? "",
            metadata.Find("uid").Text() ?? "", metadata.Find("resourceVersion").Text() ?? "", json);
    }
}
