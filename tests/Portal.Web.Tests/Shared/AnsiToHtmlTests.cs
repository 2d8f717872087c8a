using Portal.Web.Components.Shared.Text;
using Xunit;

namespace Portal.Web.Tests.Shared;

public sealed class AnsiToHtmlTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a < b & c", "a &lt; b &amp; c")]
    [InlineData("\u001b[31mred\u001b[0m rest", "<span class=\"ansi-fg-1\">red</span> rest")]
    [InlineData("\u001b[1;32mok\u001b[m", "<span class=\"ansi-fg-2 ansi-bold\">ok</span>")]
    [InlineData("\u001b[91mbright", "<span class=\"ansi-fg-9\">bright</span>")]
    [InlineData("\u001b[38;5;196mx", "<span style=\"color:rgb(255,0,0)\">x</span>")]
    [InlineData("\u001b[38;5;9mx", "<span class=\"ansi-fg-9\">x</span>")]
    [InlineData("\u001b[48;2;1;2;300mx", "<span style=\"background-color:rgb(1,2,255)\">x</span>")]
    [InlineData("10%\r50%\r100%\n", "100%\n")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("ab\bc", "ac")]
    [InlineData("\u001b[2J\u001b[Hx\u001b[?25l", "x")]
    [InlineData("\u001b]0;title\ax", "x")]
    [InlineData("\u001b]8;;http://evil\u001b\\link", "link")]
    [InlineData("cut \u001b[3", "cut ")]
    [InlineData("cut \u001b", "cut ")]
    [InlineData("\u001b[38;5mx", "x")]
    [InlineData("\0\u0007bell", "bell")]
    public void Convert_Output_IsSafeHtml(string output, string html) => Assert.Equal(html, AnsiToHtml.Convert(output));

    [Fact]
    public void Convert_MarkupInsideColour_IsEncoded() =>
        Assert.Equal("<span class=\"ansi-fg-1\">&lt;script&gt;&quot;</span>", AnsiToHtml.Convert("\u001b[31m<script>\""));
}
