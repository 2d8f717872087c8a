using Portal.Web.Components.Shared.Text;
using Xunit;

namespace Portal.Web.Tests.Shared;

public sealed class CodeHighlighterTests
{
    [Theory]
    [InlineData("bash", "kubectl get pods -n demo # all", "<span class=\"tok-command\">kubectl</span> get pods <span class=\"tok-flag\">-n</span> demo <span class=\"tok-comment\"># all</span>")]
    [InlineData("bash", "kind load docker-image x", "<span class=\"tok-command\">kind</span> load docker-image x")]
    [InlineData("bash", "echo \"$HOME\"", "<span class=\"tok-command\">echo</span> <span class=\"tok-string\">&quot;$HOME&quot;</span>")]
    [InlineData("yaml", "kind: Pod # one", "<span class=\"tok-key\">kind</span>: Pod <span class=\"tok-comment\"># one</span>")]
    [InlineData("text", "<b>", "&lt;b&gt;")]
    public void ToHtml_Code_MarksTokensAndEncodesAll(string language, string code, string html) => Assert.Equal(html, CodeHighlighter.ToHtml(code, language));

    [Theory]
    [InlineData("bash")]
    [InlineData("yaml")]
    public void ToHtml_AnyCode_KeepsItsText(string language)
    {
        const string code = "for i in 1 2; do\n  echo 'x' | grep \"<y>\" && a=${b}\ndone\n- key: \"v\" # c\n";

        var text = System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(CodeHighlighter.ToHtml(code, language), "<[^>]*>", ""));

        Assert.Equal(code, text);
    }
}
