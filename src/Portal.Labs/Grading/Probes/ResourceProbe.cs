using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>An object exists and has what an assertion tree asks for. Without a name, one that fits is enough.</summary>
internal sealed class ResourceProbe : ICheckProbe
{
    public string Name => "resource";

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var kind = settings.Text("kind") ?? "";
        var @namespace = settings.Text("namespace") ?? "";
        var name = settings.Text("name");
        var title = name is not null ? $"{kind} {(@namespace.Length > 0 ? @namespace + "/" : "")}{name}" : @namespace.Length > 0 ? $"{kind} in the namespace {@namespace}" : kind;
        var wanted = name is not null ? title : $"{("AEIOU".Contains(kind.FirstOrDefault()) ? "an" : "a")} {title}";
        IReadOnlyList<ClusterObject> objects;
        try
        {
            objects = await ObjectFinder.FindAsync(context, settings.Text("apiVersion") ?? "v1", kind, @namespace, name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ClusterApiException or HttpRequestException)
        {
            return ProbeResult.Failed(wanted, e.Message, title);
        }
        if (settings.Section("selector") is { } selector)
        {
            var labels = selector.ToDictionary(l => l.Key, l => (l.Value as JsonValue)?.Scalar() ?? "", StringComparer.Ordinal);
            objects = [.. objects.Where(o => o.Json.Labels("metadata", "labels").Matches(labels))];
        }
        if (settings.Text("absent") == "true")
        {
            var there = objects.Where(o => settings["match"] is not { } match || AssertionTree.Check(match, JsonSerializer.SerializeToNode(o.Json)) is null).ToList();
            return there.Count == 0 ? ProbeResult.Passed($"no {title}", title) : ProbeResult.Failed($"no {title}", string.Join(", ", there.Take(3).Select(o => o.Name)) + (there.Count > 3 ? $" and {there.Count - 3} more" : ""), title);
        }
        if (objects.Count == 0) return ProbeResult.Failed(wanted, name is not null ? "nothing by that name" : "none", title);

        AssertionFailure? first = null;
        foreach (var item in objects)
        {
            var failure = settings["match"] is { } match ? AssertionTree.Check(match, JsonSerializer.SerializeToNode(item.Json)) : null;
            if (failure is null) return ProbeResult.Passed($"{title} is as asked", Title(item)) with { Objects = [item] };
            first ??= failure;
        }
        return ProbeResult.Failed($"{first!.Path} = {first.Wanted}", first.Found, $"{Title(objects[0])}, {first.Path}") with { Objects = [.. objects] };
    }

    private static string Title(ClusterObject item) => $"{item.Kind} {(item.Namespace.Length > 0 ? item.Namespace + "/" : "")}{item.Name}";
}
