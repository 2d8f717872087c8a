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
        var fields = ReadTable("istio-fields.tsv").GroupBy(f => f[0]).ToDictionary(g => g.Key, g => IstioSchema.Build([.. g]));
        var rows = ReadTable("istio-kinds.tsv").GroupBy(r => r[0]);
        return [.. rows.Select(r => Definition(r.Key, [.. r], fields[r.Key]))];
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
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema.DeepClone() },
        };
        var columns = rows.Where(r => r[1] == version).Select(r => (JsonNode)new JsonObject { ["name"] = r[2], ["type"] = r[3], ["jsonPath"] = r[4] }).ToArray();
        if (columns.Length > 0) v["additionalPrinterColumns"] = new JsonArray(columns);
        return v;
    }
}
