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
    private static readonly string[] s_ownKeys = ["id", "title", "points", "once", "after", "hint", "explain", "wrong"];

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
            After = [.. (mapping.Text("after") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
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
        return ReadProbe(mapping, probes[0].Name, $"Check '{id}'", firstLine, problems);
    }

    /// <param name="recognises">Whether the probe recognises a wrong answer.</param>
    private static (string, JsonObject)? ReadProbe(YamlMappingNode mapping, string name, string owner, int firstLine, ProblemList problems, bool recognises = false)
    {
        var line = firstLine + mapping.Keys().First(k => k.Name == name).Line - 1;
        if (name == KnownNames.All) return ReadAll(mapping.Find(name), owner, firstLine, line, problems, recognises);
        if (mapping.Find(name) is not YamlMappingNode settings)
        {
            problems.Error(line, $"{owner}: probe '{name}' has no settings.", $"Give at least: {string.Join(", ", KnownNames.Probes[name])}.");
            return null;
        }
        // What recognises a wrong answer asks no question of its own.
        foreach (var required in KnownNames.Probes[name].Where(r => !(recognises && r == "question") && !r.Split('|').Any(a => settings.Find(a) is not null)))
        {
            problems.Error(line, $"{owner}: probe '{name}' lacks '{required.Replace("|", "' or '", StringComparison.Ordinal)}'.", "Add it below the probe's name.");
        }
        // Parsed again, so that numbers read as whatever numeric type a probe asks for.
        return (name, JsonNode.Parse(YamlJson.ConvertMapping(settings).ToJsonString())!.AsObject());
    }

    /// <summary>Probes that have to hold together: a list, each item with one probe.</summary>
    private static (string, JsonObject)? ReadAll(YamlNode? node, string owner, int firstLine, int line, ProblemList problems, bool recognises)
    {
        var members = new JsonArray();
        foreach (var item in (node as YamlSequenceNode)?.Children ?? [])
        {
            if (item is not YamlMappingNode member || member.Keys().ToList() is not [var key] || !KnownNames.Probes.ContainsKey(key.Name))
            {
                problems.Error(firstLine + (int)item.Start.Line - 1, $"{owner}: an item of 'all' is not one probe.", KnownNames.Remedy(KnownNames.Probes.Keys));
            }
            else if (ReadProbe(member, key.Name, owner, firstLine, problems, recognises) is var (name, settings))
            {
                members.Add(new JsonObject { ["probe"] = name, ["settings"] = settings });
            }
        }
        if (members.Count > 0) return (KnownNames.All, new JsonObject { ["of"] = members });
        problems.Error(line, $"{owner}: 'all' has no probes.", "Write a list below it, each item with one probe.");
        return null;
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
            else if (ReadProbe(mapping, probe, $"Wrong answer of check '{id}'", firstLine, problems, recognises: true) is var (name, settings))
            {
                result.Add(new WrongAnswer(name, settings, message));
            }
        }
        return result.ToImmutable();
    }
}
