using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

public sealed class StrategicMergePatchTests
{
    private static readonly SchemaNode s_pod = BuiltInSchemas.Find("", "v1", "Pod")!;

    [Theory]
    [InlineData("maps merge, null deletes", "metadata: {labels: {a: x, b: y}}", "metadata: {labels: {b: null, c: z}}", "metadata: {labels: {a: x, c: z}}")]
    [InlineData("lists merge by key", "spec: {containers: [{name: a, image: x}]}", "spec: {containers: [{name: a, image: y}, {name: b, image: z}]}", "spec: {containers: [{name: a, image: y}, {name: b, image: z}]}")]
    [InlineData("an element is deleted by directive", "spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{$patch: delete, name: a}]}", "spec: {containers: [{name: b}]}")]
    [InlineData("a list without key is replaced", "spec: {containers: [{name: a, args: [x, y]}]}", "spec: {containers: [{name: a, args: [z]}]}", "spec: {containers: [{name: a, args: [z]}]}")]
    [InlineData("a map is replaced by directive", "metadata: {labels: {a: x}}", "metadata: {labels: {$patch: replace, b: y}}", "metadata: {labels: {b: y}}")]
    [InlineData("a list is replaced by directive", "spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{$patch: replace}, {name: c}]}", "spec: {containers: [{name: c}]}")]
    [InlineData("elements stand in the given order", "spec: {containers: [{name: a}, {name: b}]}", "spec: {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: a, image: x}]}", "spec: {containers: [{name: b}, {name: a, image: x}]}")]
    [InlineData("scalars leave a set", "metadata: {finalizers: [a, b]}", "metadata: {$deleteFromPrimitiveList/finalizers: [a]}", "metadata: {finalizers: [b]}")]
    [InlineData("scalars join a set once", "metadata: {finalizers: [a]}", "metadata: {finalizers: [a, b]}", "metadata: {finalizers: [a, b]}")]
    [InlineData("only named keys are retained", "spec: {volumes: [{name: v, emptyDir: {}}]}", "spec: {volumes: [{$retainKeys: [name, hostPath], name: v, hostPath: {path: /x}}]}", "spec: {volumes: [{name: v, hostPath: {path: /x}}]}")]
    public void Apply_Directive_GivesWhatUpstreamGives(string because, string target, string patch, string expected)
    {
        var result = StrategicMergePatch.Apply(Yaml(target), Yaml(patch), s_pod);

        Assert.True(JsonNode.DeepEquals(Yaml(expected), result), $"{because}: {result.ToText()}");
    }

    [Fact]
    public void Apply_UnknownDirective_IsABadRequest()
    {
        var error = Assert.Throws<ApiException>(() => StrategicMergePatch.Apply([], Yaml("metadata: {$patch: explode}"), s_pod));

        Assert.Equal(400, error.Code);
    }

    private static JsonObject Yaml(string text) => (JsonObject)YamlReader.ReadAll(text).Single();
}
