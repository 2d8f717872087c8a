using System.Collections.Immutable;
using Markdig.Extensions.CustomContainers;
using Markdig.Syntax;
using Portal.Content.Checks;
using Portal.Content.Linting;
using Portal.Content.Model;
using Block = Portal.Content.Model.Block;
using MarkdownBlock = Markdig.Syntax.Block;

namespace Portal.Content.Markdown;

/// <summary>
/// Collects what stands below one heading: HTML, code blocks, containers, checks and predictions, in document order.
/// </summary>
internal sealed class SectionBuilder(string id, HeadingInfo heading, int level, int line, string file, ProblemList problems)
{
    private readonly List<MarkdownBlock> _blocks = [];
    private readonly ImmutableArray<CheckDefinition>.Builder _checks = ImmutableArray.CreateBuilder<CheckDefinition>();
    private readonly List<Prediction> _predictions = [];
    private int _ordinal;

    public string Id => id;
    public SectionKind Kind => heading.Kind;
    public int Level => level;

    public void Add(MarkdownBlock block) => _blocks.Add(block);

    public Section Build()
    {
        var parts = new PartList();
        Walk(_blocks, parts, inSolution: false);
        foreach (var prediction in _predictions.Where(p => p.BlockId.Length == 0))
            problems.Error(
                prediction.Line,
                $"Nothing runs after the prediction '{prediction.Id}'.",
                "Put it before the block whose outcome it asks for."
            );
        return new Section
        {
            Id = id,
            Title = heading.Title,
            Kind = heading.Kind,
            Number = heading.Number,
            Level = level,
            Line = line,
            Parts = parts.ToImmutable(),
            Checks = _checks.ToImmutable(),
            Predictions = [.. _predictions.Where(p => p.BlockId.Length > 0)],
        };
    }

    private void Walk(IEnumerable<MarkdownBlock> blocks, PartList parts, bool inSolution)
    {
        foreach (var block in blocks)
        {
            switch (block)
            {
                case FencedCodeBlock fence:
                    AddFence(fence, parts, inSolution);
                    break;
                case CustomContainer container:
                    AddContainer(container, parts, inSolution);
                    break;
                case ListBlock list when HoldsParts(list):
                    AddList(list, parts, inSolution);
                    break;
                case QuoteBlock quote when HoldsParts(quote):
                    AddWrapped(quote, "<blockquote>", "</blockquote>", parts, tight: false, inSolution, wrapAll: true);
                    break;
                default:
                    parts.Html(LessonMarkdown.ToHtml([block]));
                    break;
            }
        }
    }

    private static bool HoldsParts(ContainerBlock block) => block.Descendants().Any(d => d is FencedCodeBlock or CustomContainer);

    private void AddList(ListBlock list, PartList parts, bool inSolution)
    {
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var (open, close) = list.IsOrdered ? ($"<ol start=\"{item.Order}\"><li>", "</li></ol>") : ("<ul><li>", "</li></ul>");
            AddWrapped(item, open, close, parts, tight: !list.IsLoose, inSolution, wrapAll: false);
        }
    }

    /// <summary>A list item or quote that holds code blocks becomes several parts; each piece of HTML stays balanced.</summary>
    private void AddWrapped(ContainerBlock container, string open, string close, PartList parts, bool tight, bool inSolution, bool wrapAll)
    {
        var html = new List<MarkdownBlock>();
        var first = true;

        void Flush()
        {
            if (html.Count == 0) return;
            var text = LessonMarkdown.ToHtml(html, tight && first);
            parts.Html(first || wrapAll ? LessonMarkdown.Sanitize(open + text + close) : text);
            html.Clear();
            first = false;
        }

        foreach (var child in container)
        {
            if (child is FencedCodeBlock or CustomContainer || (child is ContainerBlock inner && HoldsParts(inner)))
            {
                Flush();
                Walk([child], parts, inSolution);
            }
            else
            {
                html.Add(child);
            }
        }
        Flush();
    }

    private void AddContainer(CustomContainer container, PartList parts, bool inSolution)
    {
        if (!Enum.TryParse<ContainerKind>(container.Info, ignoreCase: true, out var kind) || int.TryParse(container.Info, out _))
        {
            problems.Warning(container.Line + 1, $"Unknown container ':::{container.Info}'.", KnownNames.Remedy(Enum.GetNames<ContainerKind>().Select(n => ":::" + n.ToLowerInvariant())));
            Walk(container, parts, inSolution);
            return;
        }
        if (container.ClosingFencedCharCount == 0) problems.Error(container.Line + 1, $"':::{container.Info}' is never closed.", "End it with a line ':::'.");
        var inner = new PartList();
        Walk(container, inner, inSolution || kind == ContainerKind.Solution);
        var title = container.Arguments?.Trim();
        parts.Add(new ContainerPart(kind, string.IsNullOrEmpty(title) ? null : title, inner.ToImmutable()));
    }

    private void AddFence(FencedCodeBlock fence, PartList parts, bool inSolution)
    {
        var at = fence.Line + 1;
        if (fence.ClosingFencedCharCount == 0) problems.Error(at, "A code block is never closed.", "End it with a line of as many backticks as it starts with.");
        var code = fence.Lines.ToString();
        var language = fence.Info ?? "";
        if (language == "checks")
        {
            var checks = ChecksParser.Parse(code, file, at + 1, problems);
            _checks.AddRange(checks);
            parts.Add(new ChecksPart([.. checks.Select(c => c.Id)]));
            return;
        }
        if (language == "predict")
        {
            if (PredictionParser.Parse(code, at + 1, problems) is not { } prediction) return;
            _predictions.Add(prediction);
            parts.Add(new PredictionPart(prediction.Id));
            return;
        }
        var attributes = BlockAttributes.Parse(fence.Arguments, at, problems);
        _ordinal++;
        var block = new Block
        {
            Id = $"{id}/{attributes.Name ?? _ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
            Language = language,
            Code = code,
            Runnable = language is "bash" or "sh" or "shell" && heading.Kind != SectionKind.Text && !attributes.NoRun,
            Timeout = attributes.Timeout,
            On = attributes.On,
            SampleOf = language == "output" && attributes.Of is { } sampled ? $"{id}/{sampled}" : null,
            ContinueOnError = attributes.ContinueOnError,
            Files = language is "bash" or "sh" or "shell" ? FileArguments.Manifests(code) : [],
            OpenPath = attributes.Open ?? "/",
            Line = at,
            InSolution = inSolution,
        };
        parts.Add(new BlockPart(block));
        if (!block.Runnable || inSolution) return;
        for (var i = 0; i < _predictions.Count; i++)
            if (_predictions[i].BlockId.Length == 0) _predictions[i] = _predictions[i] with { BlockId = block.Id };
    }

    /// <summary>Parts in order; neighbouring pieces of HTML become one.</summary>
    private sealed class PartList
    {
        private readonly List<ContentPart> _parts = [];

        public void Add(ContentPart part) => _parts.Add(part);

        public void Html(string html)
        {
            if (html.Length == 0) return;
            if (_parts.Count > 0 && _parts[^1] is HtmlPart last) _parts[^1] = new HtmlPart(last.Html + "\n" + html);
            else _parts.Add(new HtmlPart(html));
        }

        public ImmutableArray<ContentPart> ToImmutable() => [.. _parts];
    }
}
