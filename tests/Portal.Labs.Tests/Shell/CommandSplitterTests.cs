using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class CommandSplitterTests
{
    public static TheoryData<string, string, string[]> Cases() => new()
    {
        { "one", "ls", ["ls"] },
        { "lines", "ls\npwd\n", ["ls", "pwd"] },
        { "comments", "# first\nls\n\n  # second\npwd # kept\n# last", ["ls", "pwd # kept"] },
        { "continuation", "kubectl exec x -- \\\n  curl -v\npwd", ["kubectl exec x -- \\\n  curl -v", "pwd"] },
        { "pipe", "ls |\n  wc -l\npwd", ["ls |\n  wc -l", "pwd"] },
        { "and", "true &&\nls\npwd", ["true &&\nls", "pwd"] },
        { "loop", "for i in 1 2; do\n  # inside\n  echo $i\ndone\npwd", ["for i in 1 2; do\n  # inside\n  echo $i\ndone", "pwd"] },
        { "heredoc", "cat <<EOF\n# not a comment\n  a: b\nEOF\npwd", ["cat <<EOF\n# not a comment\n  a: b\nEOF", "pwd"] },
        { "heredoc without end", "pwd\ncat <<EOF\na", ["pwd", "cat <<EOF\na"] },
        { "function", "f() {\n  ls\n}\nf", ["f() {\n  ls\n}", "f"] },
        { "quote", "echo 'a\nb'\npwd", ["echo 'a\nb'", "pwd"] },
        { "background", "sleep 1 &\npwd", ["sleep 1 &", "pwd"] },
        { "substitution", "x=$(\n  ls\n)\npwd", ["x=$(\n  ls\n)", "pwd"] },
        { "escaped backslash", "echo \\\\\npwd", ["echo \\\\", "pwd"] },
        { "broken", "ls\necho 'a\npwd", ["ls", "echo 'a\npwd"] },
        { "closing brace runs nothing", "ls\n}\ntouch /tmp/should-not-exist", ["ls", "}\ntouch /tmp/should-not-exist"] },
        { "windows line ends", "ls\r\npwd\r\n", ["ls", "pwd"] },
        { "empty", "\n# nothing\n", [] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task SplitAsync_Block_GivesCompleteCommands(string name, string code, string[] expected)
    {
        var commands = await CommandSplitter.SplitAsync(code, TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.True(expected.SequenceEqual(commands), $"{name}: {string.Join(" ¦ ", commands)}");
    }
}
