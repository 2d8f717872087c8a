using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Ownership;
using Xunit;

namespace Portal.Sandbox.Tests.Ownership;

public sealed class FieldSetTests
{
    [Theory]
    [InlineData("""{"f:a":{}}""")]
    [InlineData("""{"f:a":{".":{},"f:b":{}},"f:c":{"f:d":{}}}""")]
    [InlineData("""{"f:l":{"k:{\"name\":\"x\",\"port\":80}":{".":{},"f:name":{}},"v:\"y\"":{},"i:3":{}}}""")]
    public void FieldsV1_ReadAndWritten_StaysTheSame(string json)
    {
        var set = FieldSet.FromJson(JsonNode.Parse(json));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), set.ToJson()), set.ToJson().ToText());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"f:a":1}""")]
    public void FromJson_OfSomethingElse_IsRefused(string json) => Assert.Throws<FormatException>(() => FieldSet.FromJson(JsonNode.Parse(json)));

    [Theory]
    [InlineData("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{".":{},"f:b":{}}}""")]
    [InlineData("""{"f:a":{"f:b":{},"f:c":{}}}""", """{"f:a":{"f:c":{},"f:d":{}}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{"f:c":{}}}""", """{"f:a":{"f:b":{},"f:c":{},"f:d":{}}}""")]
    [InlineData("""{"f:a":{}}""", """{"f:a":{}}""", "{}", """{"f:a":{}}""", """{"f:a":{}}""")]
    public void Algebra_OfTwoSets_IsByPath(string left, string right, string difference, string intersection, string union)
    {
        var (a, b) = (FieldSet.FromJson(JsonNode.Parse(left)), FieldSet.FromJson(JsonNode.Parse(right)));

        Assert.Equal(difference, a.Difference(b).ToJson().ToText());
        Assert.Equal(intersection, a.Intersection(b).ToJson().ToText());
        Assert.Equal(union, a.Union(b).ToJson().ToText());
    }

    [Fact]
    public void Paths_OfEveryElement_ReadAsInErrors()
    {
        var set = FieldSet.FromJson(JsonNode.Parse("""{"f:l":{"k:{\"name\":\"x\",\"port\":80}":{"f:i":{}},"v:\"y\"":{},"i:3":{}}}"""));

        Assert.Equal([".l[3]", ".l[name=\"x\",port=80].i", ".l[=\"y\"]"], set.Paths());
    }
}
