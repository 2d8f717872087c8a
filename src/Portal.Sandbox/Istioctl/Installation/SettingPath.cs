using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>
/// The paths of <c>--set</c>: names with dots between, <c>\.</c> for a dot inside a name, <c>[0]</c> for an element of a list and <c>[name:x]</c> for
/// the one with that name. Values are YAML scalars; <c>{a,b}</c> is a list.
/// </summary>
internal static class SettingPath
{
    /// <exception cref="IstioctlException">The setting has no value, or its path does not fit what is there.</exception>
    public static void Set(JsonObject spec, string setting)
    {
        var eq = setting.IndexOf('=', StringComparison.Ordinal);
        if (eq <= 0) throw new IstioctlException($"generate config: merge inputs: bad format for --set: \"{setting}\": expected path=value");
        JsonNode at = spec;
        var steps = Steps(setting[..eq]);
        for (var i = 0; i < steps.Count; i++)
        {
            var next = i + 1 < steps.Count ? (JsonNode)(steps[i + 1].IsIndex ? new JsonArray() : new JsonObject()) : null;
            at = Step(at, steps[i], next, setting, next is null ? Value(setting[(eq + 1)..]) : null);
        }
    }

    /// <summary>Lays one object over another: maps are merged, all else is replaced. Gateways are the same when their names are.</summary>
    public static void Merge(JsonObject below, JsonObject above)
    {
        foreach (var (name, value) in above)
        {
            if (value is JsonObject o && below[name] is JsonObject b) Merge(b, o);
            else if (value is JsonArray list && below[name] is JsonArray known && name is "ingressGateways" or "egressGateways") MergeByName((JsonArray)below[name]!, (JsonArray)value!);
            else below[name] = value?.DeepClone();
        }
    }

    private static void MergeByName(JsonArray below, JsonArray above)
    {
        foreach (var item in above.OfType<JsonObject>())
        {
            if (below.OfType<JsonObject>().FirstOrDefault(b => b.Str("name") == item.Str("name")) is { } same) Merge(same, item);
            else below.Add(item.DeepClone());
        }
    }

    private readonly record struct PathStep(string Name, bool IsIndex);

    private static JsonNode Step(JsonNode at, PathStep step, JsonNode? next, string setting, JsonNode? value)
    {
        if (step.IsIndex)
        {
            if (at is not JsonArray list) throw Misfit(setting);
            var index = IndexOf(list, step.Name, setting);
            if (next is null) list[index] = value;
            else if (list[index] is not (JsonObject or JsonArray)) list[index] = next;
            return list[index]!;
        }
        if (at is not JsonObject map) throw Misfit(setting);
        if (next is null) map[step.Name] = value;
        else if (map[step.Name] is null) map[step.Name] = next;
        return map[step.Name] ?? map;
    }

    private static int IndexOf(JsonArray list, string step, string setting)
    {
        if (int.TryParse(step, CultureInfo.InvariantCulture, out var index))
        {
            if (index == list.Count || index == -1) list.Add(new JsonObject());
            if (index == -1) return list.Count - 1;
            return index >= 0 && index < list.Count ? index : throw Misfit(setting);
        }
        var parts = step.Split(':', 2);
        if (parts.Length < 2) throw Misfit(setting);
        for (var i = 0; i < list.Count; i++) if (list[i].Str(parts[0]) == parts[1]) return i;
        list.Add(new JsonObject { [parts[0]] = parts[1] });
        return list.Count - 1;
    }

    private static IstioctlException Misfit(string setting) => new($"generate config: merge inputs: failed to set \"{setting}\": the path does not fit the configuration");

    private static List<PathStep> Steps(string path)
    {
        var steps = new List<PathStep>();
        var name = new StringBuilder();
        void End(bool index)
        {
            if (name.Length > 0 || index) steps.Add(new(name.ToString(), index));
            name.Clear();
        }
        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '\\' when i + 1 < path.Length: name.Append(path[++i]); break;
                case '.': End(false); break;
                case '[':
                    End(false);
                    var close = path.IndexOf(']', i);
                    if (close < 0) throw new IstioctlException($"generate config: merge inputs: bad path \"{path}\": missing ]");
                    name.Append(path, i + 1, close - i - 1);
                    End(true);
                    i = close;
                    break;
                default: name.Append(path[i]); break;
            }
        }
        End(false);
        return steps;
    }

    private static JsonNode? Value(string text)
    {
        if (text.StartsWith('{') && text.EndsWith('}')) return new JsonArray([.. text[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => Value(v.Trim()))]);
        try
        {
            // A value with a colon and a space would be a map, which only files can say.
            return text.Length == 0 ? JsonValue.Create("") : YamlReader.ReadAll(text).FirstOrDefault() is JsonValue scalar ? scalar : JsonValue.Create(text);
        }
        catch (YamlDotNet.Core.YamlException)
        {
            return JsonValue.Create(text);
        }
    }
}
