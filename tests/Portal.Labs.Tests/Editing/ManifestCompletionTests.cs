using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Schemas;
using Portal.Labs.Editing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Tests.Editing;

public sealed class ManifestCompletionTests
{
    private const string Document = """
        { "components": { "schemas": {
          "Thing": {
            "type": "object", "required": ["spec"],
            "x-kubernetes-group-version-kind": [{ "group": "shop", "version": "v1", "kind": "Thing" }],
            "properties": {
              "apiVersion": { "type": "string" }, "kind": { "type": "string" },
              "metadata": { "allOf": [{ "$ref": "#/components/schemas/Meta" }], "description": "Names it." },
              "spec": { "$ref": "#/components/schemas/Spec" },
              "status": { "type": "object" } } },
          "Meta": { "type": "object", "description": "Any object's.", "properties": {
            "name": { "type": "string" }, "uid": { "type": "string" },
            "labels": { "type": "object", "additionalProperties": { "type": "string" } } } },
          "Spec": { "type": "object", "required": ["host"], "properties": {
            "host": { "type": "string", "description": "Where to." },
            "mode": { "type": "string", "enum": ["ON", "OFF"] },
            "loud": { "type": "boolean" },
            "routes": { "type": "array", "items": { "$ref": "#/components/schemas/Route" } },
            "loop": { "$ref": "#/components/schemas/Loop" },
            "lists": { "$ref": "#/components/schemas/Lists" } } },
          "Lists": { "type": "array", "items": { "$ref": "#/components/schemas/Lists" } },
          "Loop": { "$ref": "#/components/schemas/Loop" },
          "Route": { "type": "object", "properties": { "weight": { "type": "integer" }, "to": { "type": "object" } } }
        } } }
        """;

    private static readonly ImmutableArray<ServedKind> s_kinds =
    [
        new("", "v1", "Pod", "pods", true),
        new("shop", "v1", "Thing", "things", true),
        new("shop", "v1beta1", "Thing", "things", true),
    ];

    [Theory]
    [InlineData("", "Pod,Thing")]
    [InlineData("kind: Thing\n", "metadata,spec,apiVersion")]
    [InlineData("kind: Nothing\n", "apiVersion")]
    [InlineData("kind: Thing\nspec:\n  mode: ON\n  ", "host,lists,loop,loud,routes")]
    [InlineData("kind: Thing\nspec:\n  mode: ", "ON,OFF")]
    [InlineData("kind: Thing\nspec:\n  loud: ", "true,false")]
    [InlineData("kind: Thing\nspec:\n  routes:\n  - ", "to,weight")]
    [InlineData("kind: Thing\nspec:\n  routes:\n  - weight: 1\n    ", "to")]
    [InlineData("kind: Thing\nmetadata:\n  ", "labels,name")]
    [InlineData("kind: Thing\nspec:\n  loop:\n    ", "")]
    [InlineData("kind: ", "Pod,Thing")]
    [InlineData("apiVersion: shop/v1\nkind: ", "Thing")]
    [InlineData("kind: Thing\napiVersion: ", "shop/v1,shop/v1beta1")]
    public void Complete_Place_OffersWhatIsNotThereYet(string text, string labels) =>
        Assert.Equal(
            labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(),
            Complete(text).Items.Select(i => i.Label).Order()
        );

    [Fact]
    public void Complete_Field_SaysItsTypeAndWhatItIsFor()
    {
        var items = Complete("kind: Thing\nspec:\n  ").Items;

        var host = items.Single(i => i.Label == "host");
        Assert.Equal(
            ("host: ", "string", "Where to.", true),
            (host.Insert, host.Detail, host.Description, host.IsRequired)
        );
        var routes = items.Single(i => i.Label == "routes");
        Assert.Equal(("routes:\n  - ", "list of object", false), (routes.Insert, routes.Detail, routes.IsRequired));
    }

    [Fact]
    public void Complete_ObjectBehindADash_GoesOnBelowItsName() =>
        Assert.Equal(
            "to:\n    ",
            Complete("kind: Thing\nspec:\n  routes:\n  - ").Items.Single(i => i.Label == "to").Insert
        );

    [Fact]
    public void Complete_NameThatHasItsColon_IsReplacedAlone()
    {
        var place = YamlPlace.At("kind: Thing\nspec:\n  h: x", 2, 3)!;

        var suggestions = ManifestCompletion.Complete(place, s_kinds, Schema());

        Assert.Equal("host", suggestions.Items.Single(i => i.Label == "host").Insert);
        Assert.Equal((2, 3), (suggestions.Start, suggestions.End));
    }

    [Theory]
    [InlineData("kind: Thing\nmetadata:\n  name: x", 1, 2, "metadata: object, Names it.")]
    [InlineData("kind: Thing\nspec:\n  routes:\n  - weight: 3", 3, 6, "spec.routes.weight: integer, ")]
    [InlineData("kind: Thing\nmetadata:\n  labels: {}", 2, 4, "metadata.labels: map of string, ")]
    [InlineData(
        "kind: Thing\nspec:\n  lists: []",
        2,
        4,
        "spec.lists: list of list of list of list of list of list of list of list of array, "
    )]
    [InlineData("kind: Thing\nspec:\n  nothing: 3", 2, 4, null)]
    public void Explain_Field_IsWhatTheSchemaSays(string text, int line, int column, string? words)
    {
        var place = YamlPlace.At(text, line, column, whole: true)!;

        var explanation = ManifestCompletion.Explain(place, Schema());

        Assert.Equal(words, explanation is { } e ? $"{e.Path}: {e.Type}, {e.Description}" : null);
    }

    [Theory]
    [InlineData("spec: { hots: x }", "hots is no field of spec (did you mean host?).")]
    [InlineData("spec: { routes: [{ weight: 1 }, { wait: 1 }] }", "wait is no field of spec.routes.")]
    [InlineData("spec: { mode: on }", "on is no value of spec.mode: ON, OFF.")]
    [InlineData("speck: {}", "speck is no field of this kind (did you mean spec?).")]
    [InlineData("metadata: { labels: { a: b } }", null)]
    [InlineData("spec: { loop: { any: thing } }", null)]
    public void Find_UnknownField_IsNamedWithTheNearest(string text, string? message)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));

        var problems = UnknownFields.Find(stream.Documents[0].RootNode, Schema()!);

        Assert.Equal(message is null ? [] : [message], problems.Select(p => p.Message));
    }

    private static Suggestions Complete(string text)
    {
        var lines = text.Split('\n');
        var place = YamlPlace.At(text, lines.Length - 1, lines[^1].Length)!;
        var known = ManifestCompletion.KindOf(place, s_kinds) is not null;
        return ManifestCompletion.Complete(place, s_kinds, known ? Schema() : null);
    }

    private static FieldSchema? Schema() =>
        FieldSchema.Of(JsonDocument.Parse(Document).RootElement, "shop", "v1", "Thing");
}
