using Portal.Web.Components.Shared.Text;
using Xunit;

namespace Portal.Web.Tests.Shared;

public sealed class InlineCodeTests
{
    [Theory]
    [InlineData("Look at `spec.http`.", "Look at <code>spec.http</code>.")]
    [InlineData("`a` and `b`", "<code>a</code> and <code>b</code>")]
    [InlineData("<b>no</b> `<i>`", "&lt;b&gt;no&lt;/b&gt; <code>&lt;i&gt;</code>")]
    [InlineData("one ` alone", "one ` alone")]
    [InlineData("`a` and ` alone", "<code>a</code> and ` alone")]
    [InlineData("", "")]
    public void ToHtml_Sentence_MarksCodeAndEncodesAll(string text, string html) =>
        Assert.Equal(html, InlineCode.ToHtml(text).Value);
}
