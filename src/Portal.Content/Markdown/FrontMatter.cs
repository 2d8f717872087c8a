using System.Globalization;
using Portal.Content.Linting;
using Portal.Content.Yaml;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Markdown;

/// <summary>The YAML head of a lesson file; every key is optional, so that plain markdown loads as it is.</summary>
internal sealed record FrontMatter
{
    private static readonly string[] s_keys = ["id", "title", "summary", "difficulty", "minutes", "prerequisites", "next", "kubernetes", "istio", "namespace"];

    public string? Id { get; private init; }
    public string? Title { get; private init; }
    public string Summary { get; private init; } = "";
    public string Difficulty { get; private init; } = "";
    public int Minutes { get; private init; }
    public string Prerequisites { get; private init; } = "";
    public string? Next { get; private init; }
    public string? Kubernetes { get; private init; }
    public string? Istio { get; private init; }
    public string? Namespace { get; private init; }

    /// <param name="line">Line of the first line of <paramref name="yaml"/>.</param>
    public static FrontMatter Parse(string yaml, int line, ProblemList problems)
    {
        YamlNode? root;
        try
        {
            root = YamlReader.Read(yaml, line);
        }
        catch (YamlProblemException e)
        {
            problems.Error(e.Line, $"The front matter is not valid YAML: {e.Message}.", "Write 'key: value' lines between the two '---' lines, and quote values that contain ': '.");
            return new();
        }
        if (root is not YamlMappingNode mapping)
        {
            if (root is not null) problems.Error(line, "The front matter is not a mapping.", "Write 'key: value' lines between the two '---' lines.");
            return new();
        }
        foreach (var (key, at) in mapping.Keys().Where(k => !s_keys.Contains(k.Name)))
        {
            problems.Warning(line + at - 1, $"Unknown front matter key '{key}'.", KnownNames.Remedy(s_keys));
        }
        if (!int.TryParse(mapping.Text("minutes") ?? "0", CultureInfo.InvariantCulture, out var minutes))
        {
            problems.Warning(line, $"'minutes: {mapping.Text("minutes")}' is not a number.", "Write the whole minutes, e.g. 'minutes: 120'.");
        }
        return new FrontMatter
        {
            Id = mapping.Text("id"),
            Title = mapping.Text("title"),
            Summary = mapping.Text("summary") ?? "",
            Difficulty = mapping.Text("difficulty") ?? "",
            Minutes = minutes,
            Prerequisites = mapping.Text("prerequisites") ?? "",
            Next = mapping.Text("next"),
            Kubernetes = mapping.Text("kubernetes"),
            Istio = mapping.Text("istio"),
            Namespace = mapping.Text("namespace"),
        };
    }
}
