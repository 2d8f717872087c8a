using Ganss.Xss;
using Markdig;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Portal.Content.Markdown;

/// <summary>The one Markdig pipeline of lessons, and safe HTML from its blocks.</summary>
internal static class LessonMarkdown
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .UseTaskLists()
        .UseEmojiAndSmiley(enableSmileys: false)
        .UseCustomContainers()
        .UseFootnotes()
        .UseAutoLinks()
        .Build();

    private static readonly HtmlSanitizer s_sanitizer = NewSanitizer();

    public static MarkdownDocument Parse(string markdown) => Markdig.Markdown.Parse(markdown, s_pipeline);

    /// <summary>Renders blocks in order; the result is sanitised, balanced HTML, or empty.</summary>
    /// <param name="tight">Leaves out the paragraph element, as in a list without blank lines.</param>
    public static string ToHtml(IEnumerable<Block> blocks, bool tight = false)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer) { ImplicitParagraph = tight };
        s_pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTaskListRenderer>(new NamedTaskListRenderer());
        foreach (var block in blocks) renderer.Render(block);
        return Sanitize(writer.ToString());
    }

    public static string Sanitize(string html) => s_sanitizer.Sanitize(html).Trim();

    /// <summary>The heading's words without emphasis, links or code marks.</summary>
    public static string PlainText(HeadingBlock heading) =>
        heading.Inline is null ? "" : string.Concat(heading.Inline.Descendants().Select(i => i switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            LineBreakInline => " ",
            _ => "",
        })).Trim();

    private static HtmlSanitizer NewSanitizer()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedAttributes.Add("class");
        sanitizer.AllowedAttributes.Add("id");
        sanitizer.AllowedAttributes.Add("aria-label");
        return sanitizer;
    }

    /// <summary>A box of a task list with a name for those who do not see whether it is ticked.</summary>
    private sealed class NamedTaskListRenderer : HtmlObjectRenderer<TaskList>
    {
        protected override void Write(HtmlRenderer renderer, TaskList obj) =>
            renderer.Write(
                obj.Checked
                    ? """<input type="checkbox" disabled checked aria-label="done">"""
                    : """<input type="checkbox" disabled aria-label="to do">"""
            );
    }
}
