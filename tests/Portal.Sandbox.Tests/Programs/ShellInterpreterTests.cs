using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>Scripts as people type them into pods.</summary>
public sealed class ShellInterpreterTests(ShellFixture shell) : IClassFixture<ShellFixture>
{
    [Theory]
    [InlineData("echo hello | tr l L", "heLLo\n", 0)]
    [InlineData("for i in $(seq 3); do echo \"n $i\"; done", "n 1\nn 2\nn 3\n", 0)]
    [InlineData("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0)]
    [InlineData("if false; then echo a; elif true; then echo b; else echo c; fi", "b\n", 0)]
    [InlineData("false && echo no || echo yes", "yes\n", 0)]
    [InlineData("echo a; exit 3; echo b", "a\n", 3)]
    [InlineData("echo 'single $HOME' \"double $HOSTNAME\"", "single $HOME double web\n", 0)]
    [InlineData("x=${MISSING:-fallback}; echo $x", "fallback\n", 0)]
    [InlineData("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n", 0)]
    [InlineData("echo text > /tmp/f; cat /tmp/f; echo more >> /tmp/f; wc -l < /tmp/f", "text\n2\n", 0)]
    [InlineData("until true; do echo never; done; echo $?", "0\n", 0)]
    [InlineData("(echo a; echo b) | grep -c .", "2\n", 0)]
    [InlineData("nosuchcommand", "", 127)]
    [InlineData("for i in a b", "", 2)]
    [InlineData("echo 'open", "", 2)]
    [InlineData("for i in 1 2 3; do (sleep 0.01; echo x) & done; wait; echo end", "x\nx\nx\nend\n", 0)]
    [InlineData("x=1; { x=2; } & wait; echo $x", "1\n", 0)]
    [InlineData("curl -s http://nowhere/", "", 6)]
    public async Task Run_Script_BehavesAsAShell(string script, string output, int status)
    {
        var result = await shell.RunAsync(script);

        Assert.Equal(output, result.Output);
        Assert.Equal(status, result.Status);
    }
}
