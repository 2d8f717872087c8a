using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Content.Linting;
using Portal.Content.Model;
using Portal.Content.Yaml;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Checks;

/// <summary>Reads a fenced <c>checks</c> block: a YAML list of checks, each with exactly one probe.</summary>
internal static class ChecksParser
{
    private static readonly string[] s_ownKeys = ["id", "title", "points", "once", "hint", "explain", "wrong"];

    /// <param name="line">Line of the first line of <paramref name="yaml"/> in the file.</param>
    public static ImmutableArray<CheckDefinition> Parse(string yaml, string file, int line, ProblemList problems)
    {
        YamlNode? root;
        try
        {
            root = YamlReader.Read(yaml, line);
        }
        catch (YamlProblemException e)
        {
            problems.Error(e.Line, $"The checks block is not valid YAML: {e.Message}.", "Mind the indentation, and quote values that contain ': ' or start with a special character.");
            return [];
        }
        if (root is not YamlSequenceNode list)
        {
            problems.Error(line, "The checks block is not a list.", "Start each check with '- id: …'.");
            return [];
        }
        var checks = ImmutableArray.CreateBuilder<CheckDefinition>();
        foreach (var item in list.Children)
        {
            var at = line + (int)item.Start.Line - 1;
            if (item is not YamlMappingNode mapping)
            {
                problems.Error(at, "A check is not a mapping.", "Write '- id: …' and indent the check's other keys below it.");
            }
            else if (ParseCheck(mapping, file, line, at, problems) is { } check)
            {
                checks.Add(check);
            }
        }
        return checks.ToImmutable();
    }

    private static CheckDefinition? ParseCheck(YamlMappingNode mapping, string file, int firstLine, int line, ProblemList problems)
    {
        var id = mapping.Text("id");
        if (string.IsNullOrWhiteSpace(id))
        {
            problems.Error(line, "A check has no id.", "Add 'id:' with a name that is unique in the lesson.");
            return null;
        }
        var title = mapping.Text("title");
        if (string.IsNullOrWhiteSpace(title)) problems.Error(line, $"Check '{id}' has no title.", "Add 'title:' with the condition in words.");
        var hint = mapping.Text("hint");
        if (string.IsNullOrWhiteSpace(hint)) problems.Warning(line, $"Check '{id}' has no hint.", "Add 'hint:' with what a learner who fails it should look at.");
        if (!int.TryParse(mapping.Text("points") ?? "1", CultureInfo.InvariantCulture, out var points) || points < 0)
        {
            problems.Error(line, $"Check '{id}' has points '{mapping.Text("points")}'.", "Points are a whole number from 0.");
        }

        var probe = FindProbe(mapping, id, firstLine, line, problems);
        if (probe is not { } found) return null;
        return new CheckDefinition
        {
            Id = id,
            Title = title ?? id,
            Points = points,
            Once = mapping.Text("once") == "true",
            Probe = found.Name,
            Settings = found.Settings,
            Hint = hint,
            Explain = mapping.Text("explain"),
            Wrong = ParseWrong(mapping.Find("wrong"), id, firstLine, problems),
            File = file,
            Line = line,
        };
    }

    private static (string Name, JsonObject Settings)? FindProbe(YamlMappingNode mapping, string id, int firstLine, int line, ProblemList problems)
    {
        var names = mapping.Keys().Where(k => !s_ownKeys.Contains(k.Name)).ToList();
        foreach (var (name, at) in names.Where(k => !KnownNames.Probes.ContainsKey(k.Name)))
        {
            problems.Error(firstLine + at - 1, $"Check '{id}' has the unknown probe or key '{name}'.", KnownNames.Remedy([.. KnownNames.Probes.Keys, .. s_ownKeys]));
        }
        var probes = names.Where(k => KnownNames.Probes.ContainsKey(k.Name)).ToList();
        if (probes.Count != 1)
        {
            problems.Error(line, $"Check '{id}' has {probes.Count} probes.", $"Give it exactly one. {KnownNames.Remedy(KnownNames.Probes.Keys)}");
            return null;
        }
        return ReadProbe(mapping, probes[0].Name, $"Check '{id}'", firstLine + probes[0].Line - 1, problems);
    }

    private static (string, JsonObject)? ReadProbe(YamlMappingNode mapping, string name, string owner, int line, ProblemList problems)
    {
        if (mapping.Find(name) is not YamlMappingNode settings)
        {
            problems.Error(line, $"{owner}: probe '{name}' has no settings.", $"Give at least: {string.Join(", ", KnownNames.Probes[name])}.");
            return null;
        }
        foreach (var required in KnownNames.Probes[name].Where(r => !r.Split('|').Any(a => settings.Find(a) is not null)))
        {
            problems.Error(line, $"{owner}: probe '{name}' lacks '{required.Replace("|", "' or '", StringComparison.Ordinal)}'.", "Add it below the probe's name.");
        }
        // Parsed again, so that numbers read as whatever numeric type a probe asks for.
        return (name, JsonNode.Parse(YamlJson.ConvertMapping(settings).ToJsonString())!.AsObject());
    }

    private static ImmutableArray<WrongAnswer> ParseWrong(YamlNode? node, string id, int firstLine, ProblemList problems)
    {
        if (node is null) return [];
        var result = ImmutableArray.CreateBuilder<WrongAnswer>();
        foreach (var item in (node as YamlSequenceNode)?.Children ?? [node])
        {
            var line = firstLine + (int)item.Start.Line - 1;
            var mapping = item as YamlMappingNode;
            var message = mapping?.Text("message");
            var probe = mapping?.Keys().Select(k => k.Name).FirstOrDefault(KnownNames.Probes.ContainsKey);
            if (mapping is null || message is null || probe is null)
            {
                problems.Error(line, $"Check '{id}' has a wrong answer without a probe or a message.", "Write '- <probe>: {…}' and 'message: …' below it.");
            }
            else if (ReadProbe(mapping, probe, $"Wrong answer of check '{id}'", line, problems) is var (name, settings))
            {
                result.Add(new WrongAnswer(name, settings, message));
            }
        }
        return result.ToImmutable();
    }
}
