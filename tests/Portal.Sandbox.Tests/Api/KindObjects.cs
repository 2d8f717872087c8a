using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Tests.Api;

/// <summary>One valid object of every kind that clients can create; see TestAssets/kinds.</summary>
internal static class KindObjects
{
    private static readonly Lazy<IReadOnlyList<JsonObject>> s_all = new(() =>
        [.. YamlReader.ReadAll(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestAssets", "kinds", "objects.yaml"))).OfType<JsonObject>()]);

    public static IReadOnlyList<JsonObject> All => s_all.Value;

    public static string TitleOf(JsonObject obj) => $"{obj.Str("apiVersion")} {obj.Str("kind")}";

    public static JsonObject Named(JsonObject template, string name) => (JsonObject)JsonNode.Parse(template.ToText().Replace("{n}", name, StringComparison.Ordinal))!;
}
