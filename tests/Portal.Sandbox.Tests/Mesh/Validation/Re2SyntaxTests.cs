using Portal.Sandbox.Mesh.Validation;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh.Validation;

public sealed class Re2SyntaxTests
{
    [Theory]
    [InlineData("")]
    [InlineData("^/(a|b)*[^/]+\\.(html?|js)$")]
    [InlineData("(?i)abc(?:d|e)(?P<name>f)(?<other>g)")]
    [InlineData("(?P<same>a)(?P<same>b)")]
    [InlineData("[[:alpha:]\\d\\-\\]-a]{2,5}?")]
    [InlineData("\\x41\\x{2603}\\123\\n\\pL\\p{Greek}\\P{^Lu}")]
    [InlineData("a{,2}b{c}{")]
    [InlineData("\\Q(((\\E\\A\\b\\B\\z")]
    [InlineData("[]a]|[^]a]|[a-]")]
    [InlineData("(a{10}){100}")]
    [InlineData("^*")]
    public void Problem_OfAnRe2Pattern_IsNull(string pattern) => Assert.Null(Re2Syntax.Problem(pattern));

    [Theory]
    [InlineData("a(?=b)", "invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("(?!a)", "invalid or unsupported Perl syntax: `(?!`")]
    [InlineData("(?<=a)b", "invalid named capture: `(?<=a)b`")]
    [InlineData("(?P<a b>c)", "invalid named capture: `(?P<a b>`")]
    [InlineData("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`")]
    [InlineData("(?>a)", "invalid or unsupported Perl syntax: `(?>`")]
    [InlineData("(a)\\1", "invalid escape sequence: `\\1`")]
    [InlineData("\\Z", "invalid escape sequence: `\\Z`")]
    [InlineData("\\x{110000}", "invalid escape sequence: `\\x{110000}`")]
    [InlineData("a\\", "trailing backslash at end of expression: ``")]
    [InlineData("(a", "missing closing ): `(a`")]
    [InlineData("a)b", "unexpected ): `a)b`")]
    [InlineData("x[a", "missing closing ]: `[a`")]
    [InlineData("[z-a]", "invalid character class range: `z-a`")]
    [InlineData("[[:nosuch:]]", "invalid character class range: `[:nosuch:]`")]
    [InlineData("\\p{Nosuch}", "invalid character class range: `\\p{Nosuch}`")]
    [InlineData("*", "missing argument to repetition operator: `*`")]
    [InlineData("a|+?", "missing argument to repetition operator: `+?`")]
    [InlineData("a**", "invalid nested repetition operator: `**`")]
    [InlineData("a+?*", "invalid nested repetition operator: `+?*`")]
    [InlineData("a++", "invalid nested repetition operator: `++`")]
    [InlineData("a{1001}", "invalid repeat count: `{1001}`")]
    [InlineData("a{5,2}", "invalid repeat count: `{5,2}`")]
    [InlineData("(a{10}){101}", "invalid repeat count: `{101}`")]
    public void Problem_OfWhatRe2Refuses_SaysWhatGoSays(string pattern, string problem) => Assert.Equal("error parsing regexp: " + problem, Re2Syntax.Problem(pattern));

    [Fact]
    public void Problem_OfDeepNesting_IsTold() => Assert.Contains("expression nests too deeply", Re2Syntax.Problem(new string('(', 5000) + new string(')', 5000)), StringComparison.Ordinal);

    [Fact]
    public void Problem_OfALongPattern_IsItsLength() => Assert.Equal("\"uri\": regex is too large, max length allowed is 1024", Re2Syntax.Problem(new string('a', 1025), "uri"));
}
