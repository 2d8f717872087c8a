using System.Collections.Concurrent;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>What a workspace tells of lines that were typed in its terminal.</summary>
public sealed class TypedCommandTests : WorkspaceFixture
{
    private readonly BlockingCollection<TypedCommand> _typed = [];

    [Fact]
    public async Task CommandTyped_FailingLine_HasTextStatusAndOutput()
    {
        await TypeAsync("echo out; (exit 7)\r");

        var command = Next();

        Assert.Equal(("echo out; (exit 7)", 7), (command.Text, command.Status));
        Assert.Equal("out", command.Output.Trim());
    }

    [Fact]
    public async Task CommandTyped_EmptyHiddenAndRunLines_AreNotTold()
    {
        await TypeAsync("\r echo hidden\r");
        await Output("echo from-a-run");
        await TypeAsync("\recho shown\r");

        Assert.Equal("echo shown", Next().Text);
        Assert.Empty(_typed);
    }

    [Fact]
    public async Task CommandTyped_HistoryOfTheLearners_IsReadAsText()
    {
        await TypeAsync("history() { printf '9 \\e[31mforged\\e[0m\\n'; }; echo ready\r");

        var command = LearnerCommand.Of(Next(), DateTimeOffset.UnixEpoch);

        Assert.DoesNotContain(command.Text, c => char.IsControl(c));
    }

    [Theory]
    [InlineData("\e[31mred\e[0m \a\u202Eevil\nnext\ttab", "red evil\nnext\ttab")]
    [InlineData("cut \e[31", "cut ")]
    public void Of_Output_IsPlainText(string output, string expected) =>
        Assert.Equal(
            expected.TrimEnd(),
            LearnerCommand.Of(new TypedCommand("x", 1, output), DateTimeOffset.UnixEpoch).Tail
        );

    [Fact]
    public void Of_MuchOutput_KeepsTheLastLines()
    {
        var output = string.Join('\n', Enumerable.Range(1, 5000).Select(i => $"line {i}"));

        var command = LearnerCommand.Of(new TypedCommand(new string('x', 5000), 130, output), DateTimeOffset.UnixEpoch);

        Assert.EndsWith("line 5000", command.Tail, StringComparison.Ordinal);
        Assert.Equal(12, command.Tail.Split('\n').Length);
        Assert.Equal(401, command.Text.Length);
        Assert.False(command.Failed);
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Workspace.CommandTyped += _typed.Add;
    }

    private TypedCommand Next()
    {
        Assert.True(_typed.TryTake(out var command, TestTimeouts.Default));
        return command;
    }

    private async Task TypeAsync(string keys)
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);
        await terminal.WriteAsync(System.Text.Encoding.UTF8.GetBytes(keys), default);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _typed.Dispose();
        GC.SuppressFinalize(this);
    }
}
