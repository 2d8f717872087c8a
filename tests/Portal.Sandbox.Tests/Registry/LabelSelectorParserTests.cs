using Portal.Sandbox.Registry;
using Xunit;

namespace Portal.Sandbox.Tests.Registry;

public sealed class LabelSelectorParserTests
{
    private static readonly Dictionary<string, string> s_labels = new() { ["app"] = "web", ["tier"] = "front", ["size"] = "3", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web,tier!=back", true)]
    [InlineData("app in (web, api),tier notin (back)", true)]
    [InlineData("!missing,app", true)]
    [InlineData("missing", false)]
    [InlineData("!app", false)]
    [InlineData("missing!=x", true)]
    [InlineData("missing notin (x)", true)]
    [InlineData("size>2,size<4", true)]
    [InlineData("size>3", false)]
    [InlineData("empty=", true)]
    [InlineData("empty in ()", true)]
    [InlineData(" app = web ", true)]
    public void Parse_Selector_Selects(string text, bool selected) => Assert.Equal(selected, LabelSelectorParser.Parse(text)(s_labels));

    [Theory]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a,,b", "found ',', expected: identifier after ','")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("=x", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    public void Parse_Malformed_FailsWithUpstreamsWords(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => LabelSelectorParser.Parse(text)).Message);
}
