using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl;

/// <summary>The structural schema of one of Istio's kinds, from the rows of the field table: path, type, required, constraints, parents first.</summary>
internal static class IstioSchema
{
    public static JsonObject Build(IReadOnlyList<string[]> rows)
    {
        var spec = new JsonObject { ["type"] = "object" };
        var root = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = spec, ["status"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } } };
        foreach (var row in rows)
        {
            var constraints = (row.ElementAtOrDefault(4) ?? "").Split(" ; ", StringSplitOptions.RemoveEmptyEntries);
            var required = row.ElementAtOrDefault(3) == "required";
            if (row[1] == "spec")
            {
                if (required) root["required"] = new JsonArray("spec");
                Constrain(spec, spec, constraints);
                continue;
            }
            if (!row[1].StartsWith("spec.", StringComparison.Ordinal)) continue;
            var node = spec;
            var parts = row[1]["spec.".Length..].Split('.');
            for (var i = 0; i < parts.Length; i++) node = Step(node, parts[i], required && i == parts.Length - 1);
            node["type"] = row[2];
            if (row[2].Length == 0 || constraints.Contains("preserve")) node["x-kubernetes-preserve-unknown-fields"] = true;
            // A list's row tells of its elements; what it says of their number and of all together is the list's own.
            Constrain(node, parts[^1].EndsWith("[]", StringComparison.Ordinal) ? (JsonObject)node.Parent! : node, constraints);
        }
        OpenEnds(spec);
        return root;
    }

    private static JsonObject Step(JsonObject node, string part, bool required)
    {
        var depth = 0;
        while (part.EndsWith("[]", StringComparison.Ordinal))
        {
            part = part[..^2];
            depth++;
        }
        JsonObject child;
        if (part == "*") child = node.Ensure("additionalProperties");
        else
        {
            child = node.Ensure("properties").Ensure(part);
            if (required && !node.EnsureArray("required").Any(r => r.Str() == part)) node.EnsureArray("required").Add(part);
        }
        for (; depth > 0; depth--)
        {
            child["type"] = "array";
            child = child.Ensure("items");
        }
        return child;
    }

    private static void Constrain(JsonObject node, JsonObject list, IEnumerable<string> constraints)
    {
        var choices = new List<JsonArray>();
        foreach (var constraint in constraints)
        {
            var eq = constraint.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = (constraint[..Math.Max(eq, 0)], constraint[(eq + 1)..]);
            switch (name)
            {
                case "enum": node["enum"] = Words(value.Split('|')); break;
                case "format": node["format"] = value; break;
                case "nullable": node["nullable"] = true; break;
                case "minimum" or "maximum" when double.TryParse(value, CultureInfo.InvariantCulture, out var d): node[name] = d; break;
                case "maxItems" or "minItems" when long.TryParse(value, out var n): list[name] = n; break;
                case "minLength" or "maxLength" or "minProperties" or "maxProperties" when long.TryParse(value, out var n): node[name] = n; break;
                case "pattern": node["pattern"] = value; break;
                case "cel": node.EnsureArray("x-kubernetes-validations").Add(IstioRules.Rule(value)); break;
                case "listCel": list.EnsureArray("x-kubernetes-validations").Add(IstioRules.Rule(value)); break;
                case "listMapKeys": (list["x-kubernetes-list-type"], list["x-kubernetes-list-map-keys"]) = ("map", Words(value.Split(','))); break;
                case "oneOf": choices.Add(AtMostOne(value.Split('|'))); break;
            }
        }
        if (choices.Count == 1) node["oneOf"] = choices[0];
        if (choices.Count > 1) node["allOf"] = new JsonArray([.. choices.Select(c => (JsonNode)new JsonObject { ["oneOf"] = c })]);
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);

    /// <summary>None of the fields, or exactly one of them.</summary>
    private static JsonArray AtMostOne(IReadOnlyList<string> fields)
    {
        IEnumerable<JsonNode> Each() => fields.Select(f => (JsonNode)new JsonObject { ["required"] = new JsonArray(f) });
        return new JsonArray([new JsonObject { ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. Each()]) } }, .. Each()]);
    }

    /// <summary>An object of which no field is known keeps what it gets.</summary>
    private static void OpenEnds(JsonObject node)
    {
        if (node.Str("type") == "object" && node["properties"] is null && node["additionalProperties"] is null) node["x-kubernetes-preserve-unknown-fields"] = true;
        foreach (var (_, child) in node.Obj("properties") ?? []) if (child is JsonObject o) OpenEnds(o);
        if (node.Obj("items") is { } items) OpenEnds(items);
        if (node.Obj("additionalProperties") is { } values) OpenEnds(values);
    }
}
