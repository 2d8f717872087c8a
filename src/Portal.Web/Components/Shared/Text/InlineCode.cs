using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;

namespace Portal.Web.Components.Shared.Text;

/// <summary>A sentence of an author's in which backticks mark code.</summary>
internal static class InlineCode
{
    /// <summary>As safe HTML; a backtick without its partner stays one.</summary>
    public static MarkupString ToHtml(string text)
    {
        var parts = text.Split('`');
        var html = string.Concat(
            parts.Select((part, i) =>
                (HtmlEncoder.Default.Encode(part), i % 2 == 1, i == parts.Length - 1) switch
                {
                    (var code, true, false) => $"<code>{code}</code>",
                    (var rest, true, true) => "`" + rest,
                    var (plain, _, _) => plain,
                }
            )
        );
        return (MarkupString)html;
    }
}
