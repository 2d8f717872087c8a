using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl;

/// <summary>Istio's CustomResourceDefinitions, built once from the field tables of Istio 1.30.</summary>
internal static class IstioDefinitions
{
    private static readonly Lazy<IReadOnlyList<JsonObject>> s_all = new(Build);

    /// <summary>Fresh copies, ready to be created.</summary>
    public static IEnumerable<JsonObject> All => s_all.Value.Select(d => d.Copy());

    internal static IEnumerable<string[]> ReadTable(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line) if (line.Length > 0) yield return line.Split('\t');
    }

    private static List<JsonObject> Build()
    {
        var fields = ReadTable("istio-fields.tsv").GroupBy(f => f[0]).ToDictionary(g => g.Key, g => Schema(g));
        var rows = ReadTable("istio-kinds.tsv").GroupBy(r => r[0]);
        return [.. rows.Select(r => Definition(r.Key, [.. r], fields.GetValueOrDefault(r.Key) ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true }))];
    }

    private static JsonObject Definition(string kind, List<string[]> rows, JsonObject schema)
    {
        var names = rows.First(r => r[1] == "*");
        var facts = names[4].Split(' ').Skip(1).Select(f => f.Split('=', 2)).ToDictionary(f => f[0], f => f.ElementAtOrDefault(1) ?? "");
        var group = kind switch
        {
            "AuthorizationPolicy" or "PeerAuthentication" or "RequestAuthentication" => "security.istio.io",
            "Telemetry" => "telemetry.istio.io",
            "WasmPlugin" or "TrafficExtension" => "extensions.istio.io",
            _ => "networking.istio.io",
        };
        var spec = new JsonObject
        {
            ["group"] = group,
            ["scope"] = facts["scope"],
            ["names"] = new JsonObject
            {
                ["kind"] = kind, ["listKind"] = kind + "List", ["plural"] = names[3], ["singular"] = names[4].Split(' ')[0],
                ["categories"] = new JsonArray("istio-io", group.Replace('.', '-')),
            },
            ["versions"] = new JsonArray([.. facts["versions"].Split(',').Select(v => Version(v, v == facts["storage"], rows, schema))]),
        };
        if (facts["short"].Length > 0) spec.Ensure("names")["shortNames"] = new JsonArray([.. facts["short"].Split(',').Select(s => (JsonNode)s)]);
        return new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{names[3]}.{group}",
                ["labels"] = new JsonObject { ["app"] = "istio-pilot", ["istio"] = group.Split('.')[0], ["release"] = "istio", ["operator.istio.io/component"] = "Base" },
            },
            ["spec"] = spec,
        };
    }

    private static JsonObject Version(string version, bool storage, List<string[]> rows, JsonObject schema)
    {
        var v = new JsonObject
        {
            ["name"] = version, ["served"] = true, ["storage"] = storage, ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = schema.DeepClone(), ["status"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } } } },
        };
        var columns = rows.Where(r => r[1] == version).Select(r => (JsonNode)new JsonObject { ["name"] = r[2], ["type"] = r[3], ["jsonPath"] = r[4] }).ToArray();
        if (columns.Length > 0) v["additionalPrinterColumns"] = new JsonArray(columns);
        return v;
    }

    /// <summary>Rows of path, type, required and constraints, parents first, become a structural schema of <c>spec</c>.</summary>
    private static JsonObject Schema(IEnumerable<string[]> rows)
    {
        var root = new JsonObject { ["type"] = "object" };
        foreach (var row in rows)
        {
            var path = row[1];
            if (path == "spec")
            {
                Constrain(root, row.ElementAtOrDefault(4) ?? "");
                continue;
            }
            if (!path.StartsWith("spec.", StringComparison.Ordinal)) continue;
            var node = root;
            var parts = path["spec.".Length..].Split('.');
            for (var i = 0; i < parts.Length; i++) node = Step(node, parts[i], i == parts.Length - 1 && row.ElementAtOrDefault(3) == "required");
            // A list's row tells of its elements; what it says of their number and of all together is the list's own.
            var list = parts[^1].EndsWith("[]", StringComparison.Ordinal) ? (JsonObject)node.Parent! : node;
            node["type"] = row[2];
            if (row[2].Length == 0 || (row[2] == "object" && row.ElementAtOrDefault(4)?.Contains("preserve", StringComparison.Ordinal) == true)) node["x-kubernetes-preserve-unknown-fields"] = true;
            Constrain(node, row.ElementAtOrDefault(4) ?? "", list);
        }
        OpenEnds(root);
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

    private static void Constrain(JsonObject node, string constraints, JsonObject? list = null)
    {
        list ??= node;
        foreach (var constraint in constraints.Split(" ; ", StringSplitOptions.RemoveEmptyEntries))
        {
            var eq = constraint.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = (constraint[..Math.Max(eq, 0)], constraint[(eq + 1)..]);
            switch (name)
            {
                case "enum": node["enum"] = new JsonArray([.. value.Split('|').Select(v => (JsonNode)v)]); break;
                case "format": node["format"] = value; break;
                case "nullable": node["nullable"] = true; break;
                case "minimum" or "maximum" when double.TryParse(value, CultureInfo.InvariantCulture, out var d): node[name] = d; break;
                case "maxItems" or "minItems" when long.TryParse(value, out var n): list[name] = n; break;
                case "minLength" or "maxLength" or "maxProperties" when long.TryParse(value, out var n): node[name] = n; break;
                case "pattern": node["pattern"] = value; break;
                case "cel": (value.StartsWith("self.all(l1,", StringComparison.Ordinal) ? list : node).EnsureArray("x-kubernetes-validations").Add(IstioRules.Rule(value)); break;
                case "oneOf": node["oneOf"] = AtMostOne(value.Split('|')); break;
            }
        }
    }

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
