using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared.Text;

namespace Portal.Web.Components.Lessons;

/// <summary>A piece of a block's code: a command of its run, or what stands between commands.</summary>
/// <param name="Command">Index in <see cref="RunSnapshot.Commands"/>, or null.</param>
internal sealed record CodeSegment(string Text, int? Command);

internal static class BlockCode
{
    /// <summary>For as long as the lesson is there, and for all who read it.</summary>
    private static readonly ConditionalWeakTable<Block, ConcurrentDictionary<string, string>> s_html = [];

    /// <summary>A piece of the block's code with its tokens marked. Made once: a page that follows a run is rendered
    /// ten times a second.</summary>
    public static string ToHtml(Block block, string piece) => s_html
        .GetOrCreateValue(block)
        .GetOrAdd(piece, static (p, language) => CodeHighlighter.ToHtml(p, language), block.Language);

    /// <summary>Cuts the code at the commands of a run, so that each command's state can stand beside it.</summary>
    /// <returns>One piece without a command when the commands are not those of this code.</returns>
    public static IReadOnlyList<CodeSegment> Split(string code, ImmutableArray<CommandSnapshot> commands)
    {
        var segments = new List<CodeSegment>();
        var at = 0;
        foreach (var command in commands)
        {
            var text = command.Text.Trim('\n');
            var found = text.Length == 0 ? -1 : code.IndexOf(text, at, StringComparison.Ordinal);
            if (found < 0) return [new CodeSegment(code, null)];
            AddBetween(segments, code[at..found]);
            segments.Add(new CodeSegment(text, command.Index));
            at = found + text.Length;
        }
        AddBetween(segments, code[at..]);
        return segments;
    }

    // Each piece is a block of its own on the page, so the line break at either end would show as an empty line.
    private static void AddBetween(List<CodeSegment> segments, string text)
    {
        if (text.StartsWith('\n')) text = text[1..];
        if (text.EndsWith('\n')) text = text[..^1];
        else if (text.Length == 0) return;
        if (segments.Count == 0 && text.Length == 0) return;
        if (text.Trim().Length > 0 || text.Contains('\n')) segments.Add(new CodeSegment(text, null));
    }
}
