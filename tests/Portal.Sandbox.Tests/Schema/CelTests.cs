using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Schema.Cel;
using Portal.Sandbox.Validation;
using Xunit;

namespace Portal.Sandbox.Tests.Schema;

public sealed class CelTests
{
    [Theory]
    [InlineData("cel.bind(a0, 'xxxxxxxxxxxxxxxx', DOUBLED)")]
    [InlineData("lists.range(5000).map(a, lists.range(5000).map(b, string(a) + string(b))).size() > 0")]
    [InlineData("cel.bind(s, lists.range(10000).map(i, 'xxxxxxxxxx').join(''), s.replace('x', s).size() > 0)")]
    [InlineData(
        "cel.bind(s, lists.range(10000).map(i, 'xxxxxxxxxx').join(''), lists.range(10000).map(i, s).join(s).size() > 0)"
    )]
    [InlineData("cel.bind(l, lists.range(10000), sets.contains(l, l))")]
    public void Evaluate_WhatWouldTakeAllMemory_IsRefusedForItsCost(string expression)
    {
        var doubled =
            string.Concat(Enumerable.Range(0, 45).Select(i => $"cel.bind(a{i + 1}, a{i} + a{i}, "))
            + "a45.size() > 0"
            + new string(')', 45);
        var node = CelParser.Parse(expression.Replace("DOUBLED", doubled, StringComparison.Ordinal));

        Assert.Throws<CelBudgetException>(() => node.Evaluate(new CelScope(new CelBudget(), null, "self", null)));
    }

    [Theory]
    [InlineData("1 + 2 * 3 == 7")]
    [InlineData("(1 + 2) * 3 == 9 && 7 % 4 == 3 && -7 / 2 == -3")]
    [InlineData("1.5 + 0.5 == 2.0 && 2 == 2.0 && 1u < 2")]
    [InlineData("'a' + \"b\" == 'ab' && r'\\n'.size() == 2 && '\\u00e9' == 'é'")]
    [InlineData("[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2, 2].exists_one(x, x == 1)")]
    [InlineData("[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6] && [1, 2].map(x, x > 1, x) == [2]")]
    [InlineData("{'a': 1, 'b': 2}.all(k, k in ['a', 'b']) && {'a': 1}['a'] == 1 && {'a': 1}.transformList(k, v, k + string(v)) == ['a1']")]
    [InlineData("true || 1 / 0 == 1")]
    [InlineData("1 / 0 == 1 || true")]
    [InlineData("!(false && 1 / 0 == 1)")]
    [InlineData("'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.contains('b') && 'abc'.matches('^[a-c]+$')")]
    [InlineData("'a,b'.split(',').join('-') == 'a-b' && ' x '.trim() == 'x' && 'abcd'.substring(1, 3) == 'bc' && 'aXb'.lowerAscii() == 'axb'")]
    [InlineData("'abcabc'.indexOf('c') == 2 && 'abcabc'.lastIndexOf('b') == 4 && [1, 2, 1].lastIndexOf(1) == 2 && [1].lastIndexOf(3) == -1")]
    [InlineData("duration('1h30m') > duration('5400s') - duration('1ms') && duration('90m').getHours() == 1")]
    [InlineData("timestamp('2024-01-02T03:04:05Z').getMonth() == 0 && timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')")]
    [InlineData("int('42') == 42 && string(42) == '42' && double('1.5') == 1.5 && bool('true') && uint(3) == 3u && type(1) == int")]
    [InlineData("isURL('https://a.b:80/c?d=e') && url('https://a.b:80/c?d=e').getScheme() == 'https' && url('https://a.b:80/c').getHostname() == 'a.b' && url('https://a.b:80/c').getPort() == '80' && !isURL('a.b')")]
    [InlineData("quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('500m')).compareTo(quantity('1')) == 0 && !isQuantity('x')")]
    [InlineData("isIP('10.0.0.1') && !isIP('10') && cidr('10.0.0.0/8').containsIP('10.1.2.3') && ip('::1').family() == 6 && isCIDR('10.0.0.0/8')")]
    [InlineData("[1, 2, 3].isSorted() && [1, 2, 3].sum() == 6 && [3, 1].min() == 1 && [3, 1].max() == 3 && sets.contains([1, 2], [1])")]
    [InlineData("has({'a': {'b': 1}}.a.b) && !has({'a': {}}.a.b) && {'a': 1}.?b.orValue(7) == 7 && optional.of(1).hasValue()")]
    [InlineData("cel.bind(x, 2, x * x) == 4 && '%s-%d'.format(['a', 3]) == 'a-3'")]
    [InlineData("(1 == 1 ? 'a' : 'b') == 'a' && 'a' in {'a': 1} && null == null")]
    public void Evaluate_Expression_IsTrue(string expression)
    {
        var node = CelParser.Parse(expression);

        Assert.True(node.Test(new CelScope(new CelBudget(), null, "self", null)));
    }

    [Theory]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("{'a': 1}.b == 1", "no such key: b")]
    [InlineData("[1][3] == 1", "index out of bounds: 3")]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    [InlineData("duration('soon') > duration('1s')", "type conversion error from 'string' to 'google.protobuf.Duration'")]
    [InlineData("'a' < 1", "no such overload")]
    [InlineData("'abc'.substring(5) == ''", "index out of range: 5")]
    public void Evaluate_WithoutValue_Says(string expression, string message)
    {
        var node = CelParser.Parse(expression);

        var e = Assert.Throws<CelEvaluationException>(() => node.Test(new CelScope(new CelBudget(), null, "self", null)));

        Assert.Equal(message, e.Message);
    }

    [Theory]
    [InlineData("other == 1", "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other == 1\n | ^")]
    [InlineData("self.missing == 1", "ERROR: <input>:1:5: undefined field 'missing'\n | self.missing == 1\n | ....^")]
    [InlineData("nothing(1)", "ERROR: <input>:1:8: undeclared reference to 'nothing' (in container '')\n | nothing(1)\n | .......^")]
    public void Parse_OfUnknownNames_ShowsThePlace(string expression, string message)
    {
        var self = StructuralSchema.Node(Json("""{"type":"object","properties":{"here":{"type":"string"}}}"""));

        var e = Assert.Throws<CelSyntaxException>(() => CelParser.Parse(expression, ("self", self)));

        Assert.Equal(message, e.Describe(expression));
    }

    [Theory]
    [InlineData("(", 60_000)]
    [InlineData("!", 60_000)]
    [InlineData("-", 60_000)]
    [InlineData("[", 60_000)]
    [InlineData("1+", 60_000)]
    [InlineData("true?", 60_000)]
    [InlineData("self.", 60_000)]
    [InlineData("'", 1)]
    [InlineData("\"\\", 1)]
    [InlineData("has(", 1)]
    [InlineData("[1].all(", 1)]
    [InlineData("", 1)]
    public void Parse_OfNonsense_Fails(string part, int times)
    {
        Assert.Throws<CelSyntaxException>(() => CelParser.Parse(string.Concat(Enumerable.Repeat(part, times)), ("self", null)));
    }

    [Fact]
    public void Evaluate_WithoutEnd_StopsAtItsBudget()
    {
        const string Ten = "[0,1,2,3,4,5,6,7,8,9]";
        var expression = $"{Ten}.all(a, {Ten}.all(b, {Ten}.all(c, {Ten}.all(d, {Ten}.all(e, {Ten}.all(f, {Ten}.all(g, a + b + c + d + e + f + g >= 0)))))))";

        Assert.Throws<CelBudgetException>(() => CelParser.Parse(expression).Test(new CelScope(new CelBudget(), null, "self", null)));
    }

    [Fact]
    public void Definitions_OfIstio_HaveRulesThatCompile()
    {
        var compiled = 0;
        foreach (var version in IstioDefinitions.All.SelectMany(d => d.Objects("spec", "versions")))
        {
            Visit(StructuralSchema.Compile(version.Obj("schema", "openAPIV3Schema"), "X"));
        }
        Assert.True(compiled > 50, $"only {compiled} rules");

        void Visit(SchemaNode node)
        {
            foreach (var rule in node.Rules?.Validations ?? [])
            {
                rule.Program(node);
                compiled++;
            }
            if (node.Items is { } items) Visit(items);
            foreach (var (name, child) in node.Properties) if (name != "metadata") Visit(child);
        }
    }

    /// <summary>Schema, old object, new object, and the errors.</summary>
    public static TheoryData<string, string?, string, string[]> Cases() => new()
    {
        { """{"x-kubernetes-validations":[{"rule":"self.min <= self.max","message":"min must not exceed max"}],"properties":{"min":{"type":"integer"},"max":{"type":"integer"}}}""", null, """{"min":3,"max":2}""", ["spec: Invalid value: \"object\": min must not exceed max"] },
        { """{"x-kubernetes-validations":[{"rule":"self.min <= self.max"}],"properties":{"min":{"type":"integer"},"max":{"type":"integer"}}}""", null, """{"min":3,"max":2}""", ["spec: Invalid value: \"object\": failed rule: self.min <= self.max"] },
        { """{"x-kubernetes-validations":[{"rule":"self.n < 5","messageExpression":"'n is ' + string(self.n)","reason":"FieldValueForbidden","fieldPath":".n"}],"properties":{"n":{"type":"integer"}}}""", null, """{"n":7}""", ["spec.n: Forbidden: n is 7"] },
        { """{"properties":{"t":{"type":"string","x-kubernetes-validations":[{"rule":"duration(self) >= duration('1ms')","message":"must be a duration"}]}}}""", null, """{"t":"soon"}""", ["spec.t: Invalid value: \"string\": type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule: must be a duration"] },
        { """{"properties":{"n":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"may not change"}]}}}""", """{"n":"a"}""", """{"n":"b"}""", ["spec.n: Invalid value: \"string\": may not change"] },
        { """{"properties":{"n":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"may not change"}]}}}""", null, """{"n":"b"}""", [] },
        { """{"properties":{"n":{"type":"string","x-kubernetes-validations":[{"rule":"oldSelf.hasValue() || self == 'new'","optionalOldSelf":true}]}}}""", null, """{"n":"b"}""", ["spec.n: Invalid value: \"string\": failed rule: oldSelf.hasValue() || self == 'new'"] },
        { """{"properties":{"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","properties":{"name":{"type":"string"},"v":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf","message":"may only grow"}]}}}}}}""", """{"l":[{"name":"a","v":5},{"name":"b","v":1}]}""", """{"l":[{"name":"b","v":2},{"name":"a","v":4}]}""", ["spec.l[1].v: Invalid value: \"integer\": may only grow"] },
        { """{"properties":{"n":{"type":"integer","maximum":3,"x-kubernetes-validations":[{"rule":"self < 2"}]}}}""", """{"n":9}""", """{"n":9}""", [] },
        { """{"required":["a"],"x-kubernetes-validations":[{"rule":"self.a > 1"}],"properties":{"a":{"type":"integer"}}}""", null, "{}", ["spec.a: Required value"] },
        { """{"properties":{"l":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}""", null, """{"l":["a","b","a","a"]}""", ["spec.l[2]: Duplicate value: \"a\""] },
        { """{"properties":{"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}}}}""", null, """{"l":[{"k":"a"},{"k":"a"}]}""", ["spec.l[1]: Duplicate value: {\"k\":\"a\"}"] },
        { """{"oneOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"type":"string"},"b":{"type":"string"}}}""", null, """{"a":"x","b":"y"}""", ["<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2 valid alternatives"] },
        { """{"anyOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"type":"string"},"b":{"type":"string"}}}""", null, "{}", ["<nil>: Invalid value: \"\": \"spec\" must validate at least one schema (anyOf)", "spec.a: Required value"] },
        { """{"not":{"required":["a"]},"properties":{"a":{"type":"string"}}}""", null, """{"a":"x"}""", ["<nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)"] },
        { """{"properties":{"t":{"type":"string","format":"date-time"}}}""", null, """{"t":"noon"}""", ["spec.t: Invalid value: \"noon\": spec.t in body must be of type date-time: \"noon\""] },
        { """{"properties":{"i":{"type":"string","format":"ipv4"}}}""", null, """{"i":"10.1"}""", ["spec.i: Invalid value: \"10.1\": spec.i in body must be of type ipv4: \"10.1\""] },
        { """{"properties":{"n":{"type":"string","nullable":true},"m":{"type":"string"}}}""", null, """{"n":null,"m":null}""", ["spec.m: Invalid value: \"null\": spec.m in body must be of type string: \"null\""] },
        { """{"properties":{"n":{"type":"number","multipleOf":2}}}""", null, """{"n":3}""", ["spec.n: Invalid value: 3: spec.n in body should be a multiple of 2"] },
        { """{"properties":{"l":{"type":"array","items":{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":1}}}}}}""", null, """{"l":[{"a":"x"},{"a":""},{}]}""", ["spec.l[1].a: Invalid value: \"\": spec.l[1].a in body should be at least 1 chars long", "spec.l[2].a: Required value"] },
        { """{"properties":{"l":{"type":"array","maxItems":1,"items":{"type":"string"}},"s":{"type":"string","maxLength":2}}}""", null, """{"l":["a","b"],"s":"abc"}""", ["spec.l: Too many: 2: must have at most 1 item", "spec.s: Too long: may not be more than 2 bytes"] },
        { """{"properties":{"o":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}""", null, """{"o":{"kind":"Pod"}}""", ["spec.o.apiVersion: Required value: must not be empty"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Validate_OfCustomResource_AnswersAsARealApiServer(string schema, string? old, string value, string[] expected)
    {
        var spec = Json(schema);
        spec["type"] = "object";
        var root = StructuralSchema.Compile(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = spec } }, "Thing");
        var errors = new ErrorList();

        CustomResourceValidator.Validate(new JsonObject { ["spec"] = Json(value) }, old is null ? null : new JsonObject { ["spec"] = Json(old) }, root, "", errors);

        Assert.Equal(expected, errors.Select(e => e.ToString()));
    }

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
