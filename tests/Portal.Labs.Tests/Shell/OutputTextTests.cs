using System.Text;
using Portal.Labs.Shell;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class OutputTextTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("10%\r20%\r100%\r\ndone", "100%\ndone")]
    [InlineData("\e[31mred\e[0m", "\e[31mred\e[0m")]
    [InlineData("\e[?2004lx\e[K\e[2J", "x")]
    [InlineData("\e]0;title\ax\e]8;;http://a\e\\y", "xy")]
    [InlineData("abc\b\bX", "aX")]
    [InlineData("a\tb\u0007\u0001", "a\tb")]
    [InlineData("✓ größer", "✓ größer")]
    public void Append_TerminalOutput_BecomesText(string bytes, string text)
    {
        var output = new OutputText(1000);

        // One byte at a time: sequences and characters may be split anywhere.
        foreach (var b in Encoding.UTF8.GetBytes(bytes)) output.Append([b]);

        Assert.Equal(text, output.ToString());
    }

    [Fact]
    public void Append_MoreThanTheLimit_DropsTheOldest()
    {
        var output = new OutputText(5);

        output.Append("abc\ndefgh"u8);

        Assert.Equal(("defgh", 4L), (output.ToString(), output.Dropped));
    }
}
