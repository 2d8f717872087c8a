using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>
/// Scripts that would overflow a stack, fill the memory or never end: each ends as in a shell, and the process goes
/// on.
/// </summary>
public sealed class ShellLimitsTests(ShellFixture shell) : IClassFixture<ShellFixture>
{
    private const int Many = 100_000;

    public static TheoryData<string, string, string> Nestings =>
        new()
        {
            { "subshells", "(", "" },
            { "substitutions", "echo $(", "" },
            { "quoted substitutions", "echo \"$(", "" },
            { "groups", "{ ", "" },
            { "ifs", "if ", "" },
            { "whiles", "while ", "" },
            { "braces", "echo ${x:-", "" },
            { "signs", "echo $((", "-1))" },
            { "negations", "echo $((", "!1))" },
            { "parentheses", "echo $((", "(1))" },
            { "ternaries", "echo $((", "1?1))" },
            { "cases", "case x in x) ", "" },
            { "backquotes", "echo `echo \\`", "" },
            { "functions", "f() ", "" },
            { "pipelines", "! ", "" },
            { "assignments", "echo $((", "x=1))" },
        };

    [Theory]
    [MemberData(nameof(Nestings))]
    public async Task Nesting_OfAHundredThousand_IsAnErrorOfTheShell(string name, string open, string operand)
    {
        Assert.NotEmpty(name);
        var script =
            operand.Length == 0
                ? string.Concat(Enumerable.Repeat(open, Many))
                : open + string.Concat(Enumerable.Repeat(operand[..^3], Many)) + operand[^3..];

        var result = await shell.RunAsync(script);

        Assert.NotEqual(0, result.Status);
        Assert.NotEmpty(result.Error);
    }

    [Theory]
    [InlineData("f() { f; }; f")]
    [InlineData("f() { g; }; g() { f; }; f")]
    [InlineData("f() { { ( f ) } }; f")]
    [InlineData("f() { x=$(f); }; f")]
    [InlineData("f() { eval f; }; f")]
    [InlineData("f() { if f; then :; fi; }; f")]
    [InlineData("x='eval \"$x\"'; eval \"$x\"")]
    [InlineData("echo '. ./s' > s; . ./s")]
    [InlineData("echo 'sh s' > s; sh s")]
    [InlineData("a=b b=a; echo $((a))")]
    [InlineData("awk 'function f(x) { return f(x+1) } BEGIN { f(1) }'")]
    public async Task Recursion_WithoutEnd_IsAnError(string script)
    {
        var result = await shell.RunAsync(script);

        Assert.NotEqual(0, result.Status);
        Assert.NotEmpty(result.Error);
    }

    [Theory]
    [InlineData("test", "test $(yes ! | head -n 20000) x")]
    [InlineData("test parentheses", "test $(yes '(' | head -n 20000) x")]
    [InlineData("expr", "set -f; expr $(yes '(' | head -n 20000) 1")]
    [InlineData("find", "find . $(yes '(' | head -n 900) -name a")]
    [InlineData("awk", "awk \"BEGIN{x=$(yes '(' | head -n 20000 | tr -d '\\n')1}\"")]
    [InlineData("awk signs", "awk \"BEGIN{x=$(yes '!' | head -n 20000 | tr -d '\\n')1}\"")]
    [InlineData("grep", "echo a | grep -E \"$(yes '(' | head -n 9000 | tr -d '\\n')\"")]
    [InlineData("sed", "echo a | sed \"$(yes '{' | head -n 9000 | tr -d '\\n')\"")]
    public async Task Nesting_InACommandsLanguage_IsItsError(string name, string script)
    {
        Assert.NotEmpty(name);
        var result = await shell.RunAsync(script);

        Assert.NotEqual(0, result.Status);
        Assert.NotEmpty(result.Error);
    }

    [Theory]
    [InlineData("seq -9223372036854775807 9223372036854775807 | head -n 1", "-9223372036854775807\n")]
    [InlineData("yes | head -n 2", "y\ny\n")]
    [InlineData("while :; do echo x; done | head -n 1", "x\n")]
    [InlineData("cat /dev/zero | head -c 3 | wc -c", "3\n")]
    [InlineData("yes > /dev/full; echo $?", "1\n")]
    [InlineData("timeout 0.05 yes > /dev/null; echo $?", "143\n")]
    [InlineData("timeout 0.05 sh -c 'while :; do :; done'; echo $?", "143\n")]
    public async Task Work_WithoutEnd_EndsWithItsReader(string script, string output) =>
        Assert.Equal(output, (await shell.RunAsync(script)).Output);

    [Theory]
    [InlineData("f() { return; }; i=0; while [ $i -lt 300 ]; do f; i=$((i+1)); done; echo $i", "300\n")]
    [InlineData("f() { [ $1 = 0 ] || f $(($1-1)); }; f 300; echo done", "done\n")]
    public async Task Recursion_ThatEnds_Works(string script, string output) =>
        Assert.Equal(output, (await shell.RunAsync(script)).Output);
}
