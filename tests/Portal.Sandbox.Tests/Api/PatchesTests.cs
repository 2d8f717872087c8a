using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

public sealed class PatchesTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":2}}""", """{"b":{"c":null,"d":3}}""", """{"a":1,"b":{"d":3}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":1}""", """{"a":{"b":null}}""", """{"a":{}}""")]
    public void Merge_FollowsRfc7386(string target, string patch, string expected) =>
        Assert.Equal(expected, Patches.Merge(JsonNode.Parse(target), JsonNode.Parse(patch))!.ToText());

    [Theory]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a":{"b/c":1}}""", """[{"op":"replace","path":"/a/b~1c","value":2}]""", """{"a":{"b/c":2}}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/b"}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/b"},{"op":"copy","from":"/b","path":"/c"}]""", """{"b":1,"c":1}""")]
    public void Json_FollowsRfc6902(string target, string patch, string expected) =>
        Assert.Equal(expected, Patches.Json((JsonObject)JsonNode.Parse(target)!, JsonNode.Parse(patch)).ToText());

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", 422)]
    [InlineData("""[{"op":"remove","path":"/missing"}]""", 422)]
    [InlineData("""[{"op":"replace","path":"/x/y","value":1}]""", 422)]
    [InlineData("""[{"op":"grow","path":"/a"}]""", 422)]
    [InlineData("""{"op":"add"}""", 400)]
    public void Json_WhatDoesNotApply_IsRefused(string patch, int code) =>
        Assert.Equal(code, Assert.Throws<ApiException>(() => Patches.Json(new JsonObject { ["a"] = 1 }, JsonNode.Parse(patch))).Code);
}
