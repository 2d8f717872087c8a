using Portal.Clusters.Api;
using Xunit;

namespace Portal.Clusters.Tests.Api;

public sealed class LogTextTests
{
    [Fact]
    public void Add_LineInPieces_ComesWhole()
    {
        var text = new LogText(100);

        Assert.Empty(text.Add("GET /prod"u8));
        Assert.Equal(["GET /product 200", "next"], text.Add("uct 200\r\nnext\n"u8));
        Assert.Empty(text.End());
    }

    [Fact]
    public void Add_CharacterInPieces_ComesWhole()
    {
        var text = new LogText(100);
        var bytes = "ü\n"u8;

        Assert.Empty(text.Add(bytes[..1]));
        Assert.Equal(["ü"], text.Add(bytes[1..]));
    }

    [Fact]
    public void Add_LineWithoutEnd_IsCutAndDoesNotGrow()
    {
        var text = new LogText(10);

        for (var i = 0; i < 1000; i++) Assert.Empty(text.Add("0123456789abcdef"u8));

        Assert.Equal(["0123456789…", "after"], text.Add("\nafter\n"u8));
    }

    [Fact]
    public void End_LastLineWithoutNewline_IsTold()
    {
        var text = new LogText(10);
        text.Add("last"u8);

        Assert.Equal(["last"], text.End());
    }
}
