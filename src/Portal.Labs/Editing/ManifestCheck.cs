using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Portal.Clusters.Api;
using Portal.Clusters.Schemas;
using Portal.Content.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Editing;

/// <summary>
/// Finds what a cluster would not take of a manifest: fields that its kinds do not have, and what the cluster says
/// itself when it is asked to do everything except keep it.
/// </summary>
/// <param name="namespace">Of objects that name none.</param>
internal sealed partial class ManifestCheck(ClusterApi api, ClusterSchemas schemas, string @namespace)
{
    private const int MostDocuments = 20,
        MostProblems = 50,
        LongestMessage = 1000;

    /// <exception cref="ClusterApiException">The cluster does not say what it serves.</exception>
    public async Task<ImmutableArray<ManifestProblem>> RunAsync(string text, CancellationToken cancellationToken)
    {
        var problems = ImmutableArray.CreateBuilder<ManifestProblem>();
        if (Read(text, problems) is not { } stream) return problems.ToImmutable();
        var kinds = await schemas.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var document in stream.Documents.Take(MostDocuments))
        {
            if (document.RootNode is YamlScalarNode { Value: null or "" }) continue;
            if (document.RootNode is not YamlMappingNode root)
            {
                problems.Add(At(document.RootNode, "This is no object: it has to begin with fields, such as kind."));
                continue;
            }
            await CheckAsync(root, kinds, problems, cancellationToken).ConfigureAwait(false);
        }
        return [.. problems.Take(MostProblems)];
    }

    private async Task CheckAsync(
        YamlMappingNode root,
        ImmutableArray<ServedKind> kinds,
        ImmutableArray<ManifestProblem>.Builder problems,
        CancellationToken cancellationToken
    )
    {
        if (FindKind(root, kinds, problems) is not { } kind) return;
        var before = problems.Count;
        if (await schemas.FindAsync(kind, cancellationToken).ConfigureAwait(false) is { } schema)
            problems.AddRange(UnknownFields.Find(root, schema).Take(MostProblems));
        if (Value(root, "metadata", "generateName") is not null) return;
        if (Value(root, "metadata", "name") is not { Length: > 0 } name)
        {
            problems.Add(At(root, $"metadata.name is missing: a {kind.Kind} has a name."));
            return;
        }
        if (problems.Count > before) return; // what the cluster would say of those is less clear
        var place = kind.PathOf(Value(root, "metadata", "namespace") ?? @namespace, name);
        try
        {
            await api.SendAsync(
                    HttpMethod.Patch,
                    $"{place}?dryRun=All&fieldManager=portal-editor&force=true&fieldValidation=Strict",
                    YamlJson.ConvertMapping(root).ToJsonString(),
                    "application/apply-patch+yaml",
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (ClusterApiException e)
        {
            problems.Add(Explain(root, e));
        }
    }

    private static YamlStream? Read(string text, ImmutableArray<ManifestProblem>.Builder problems)
    {
        try
        {
            return ManifestYaml.Read(text);
        }
        catch (YamlException e)
        {
            problems.Add(
                Tab().Match(text) is { Success: true } tab
                    ? new(text.AsSpan(0, tab.Index).Count('\n') + 1, 1, "YAML takes no tabs: indent with spaces.")
                    : new(
                        Math.Max(1, (int)e.Start.Line),
                        Math.Max(1, (int)e.Start.Column),
                        $"This cannot be read: {e.Message} Look whether a line stands too far left or right, or "
                            + "whether a colon, a bracket or a quote is missing."
                    )
            );
            return null;
        }
    }

    private static ServedKind? FindKind(
        YamlMappingNode root,
        ImmutableArray<ServedKind> kinds,
        ImmutableArray<ManifestProblem>.Builder problems
    )
    {
        var (version, kind) = (Value(root, "apiVersion"), Value(root, "kind"));
        if (version is null || kind is null)
        {
            var missing = version is null ? "apiVersion" : "kind";
            problems.Add(At(root, $"{missing} is missing: apiVersion and kind say what this is."));
            return null;
        }
        if (kinds.FirstOrDefault(k => k.Kind == kind && k.ApiVersion == version) is { } served) return served;
        var same = kinds.Where(k => k.Kind == kind).Select(k => k.ApiVersion).Distinct().ToList();
        problems.Add(
            same.Count > 0
                ? At(root.Find("apiVersion")!, $"This cluster serves {kind} as {string.Join(" or ", same)}.")
                : At(
                    root.Find("kind")!,
                    $"This cluster has no kind {kind}{NearestName.Hint(kind, kinds.Select(k => k.Kind))}. Kinds of an "
                        + "add-on come with it: is it installed?"
                )
        );
        return null;
    }

    private static ManifestProblem Explain(YamlMappingNode root, ClusterApiException refusal)
    {
        // It may repeat what it complains about, whole.
        var message = refusal.Message.Trim();
        var said = Subject().Replace(message.Length > LongestMessage ? message[..LongestMessage] + "…" : message, "");
        if (
            refusal.StatusCode == HttpStatusCode.NotFound
            && MissingNamespace().Match(said) is { Success: true } missing
        )
            return At(
                root.Find("metadata", "namespace") ?? root.Find("metadata") ?? root,
                $"The namespace {missing.Groups[1].Value} is not there yet: make it first.",
                isWarning: true
            );
        var words = $"The cluster would refuse it: {said}";
        foreach (Match path in FieldPath().Matches(said))
            if (Follow(root, path.Value) is { } node) return At(node, words);
        return At(root.Find("kind") ?? root, words);
    }

    /// <summary>The name of the field that a path such as <c>spec.http[0].route</c> leads to, as far as it is there.
    /// </summary>
    private static YamlNode? Follow(YamlMappingNode root, string path)
    {
        YamlNode? at = root,
            found = null;
        foreach (Match step in Step().Matches(path))
        {
            var name = step.Groups["name"].Value is { Length: > 0 } plain ? plain : step.Groups["index"].Value;
            if (at is YamlSequenceNode list && int.TryParse(name, out var index) && index < list.Children.Count)
                found = at = list.Children[index];
            else if (at is YamlMappingNode mapping && mapping.Find(name) is { } value)
            {
                found = mapping.Children.Keys.First(k => k is YamlScalarNode s && s.Value == name);
                at = value;
            }
            else break;
        }
        return found;
    }

    internal static ManifestProblem At(YamlNode node, string message, bool isWarning = false) =>
        new((int)node.Start.Line, (int)node.Start.Column, message, isWarning);

    private static string? Value(YamlMappingNode root, params ReadOnlySpan<string> path) =>
        (root.Find(path) as YamlScalarNode)?.Value;

    [GeneratedRegex("""^(?:\S+ ".*?" is invalid: |admission webhook ".*?" denied the request: )""")]
    private static partial Regex Subject();

    [GeneratedRegex(@"^ *\t", RegexOptions.Multiline)]
    private static partial Regex Tab();

    [GeneratedRegex("""namespaces "(.+?)" not found""")]
    private static partial Regex MissingNamespace();

    [GeneratedRegex(@"[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*|\[[^\]\s]+\])+")]
    private static partial Regex FieldPath();

    [GeneratedRegex(@"\[(?<index>[^\]]+)\]|(?<name>[\w-]+)")]
    private static partial Regex Step();
}
