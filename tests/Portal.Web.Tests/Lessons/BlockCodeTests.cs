using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class BlockCodeTests
{
    [Fact]
    public void Split_CommandsWithCommentsBetween_KeepsEveryLineOnce()
    {
        var segments = BlockCode.Split("# one\na\n\n# two\nb \\\n  --c\n", Commands("a", "b \\\n  --c"));

        Assert.Equal([("# one", null), ("a", 0), ("\n# two", (int?)null), ("b \\\n  --c", 1)], segments.Select(s => (s.Text, s.Command)));
    }

    [Fact]
    public void Split_SameCommandTwice_FindsBoth() =>
        Assert.Equal([("a", (int?)0), ("b", 1), ("a", 2)], BlockCode.Split("a\nb\na", Commands("a", "b", "a")).Select(s => (s.Text, s.Command)));

    [Fact]
    public void Split_CommandsOfOtherText_LeavesTheCodeWhole() =>
        Assert.Equal([new CodeSegment("a\nb", null)], BlockCode.Split("a\nb", Commands("a", "x")));

    [Fact]
    public void Split_NoRunYet_IsOnePiece() => Assert.Equal([new CodeSegment("a\nb", null)], BlockCode.Split("a\nb", []));

    private static ImmutableArray<CommandSnapshot> Commands(params string[] texts) =>
        [.. texts.Select((t, i) => new CommandSnapshot { Index = i, Text = t, Phase = RunPhase.Succeeded })];
}
