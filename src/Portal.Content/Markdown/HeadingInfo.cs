using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Content.Model;

namespace Portal.Content.Markdown;

/// <summary>What a heading says about the section it opens.</summary>
internal sealed partial record HeadingInfo(SectionKind Kind, int Number, string Title, string Id)
{
    /// <param name="text">The heading's words.</param>
    /// <param name="level">1–6.</param>
    /// <param name="parent">Kind of the level-2 section around it; a heading of level 3 below Verification, Cleanup and the like is of that kind too.</param>
    public static HeadingInfo Parse(string text, int level, SectionKind parent)
    {
        var title = WithoutEmoji(text);
        if (Labelled().Match(title) is { Success: true } label)
        {
            var kind = label.Groups[1].Value.Equals("step", StringComparison.OrdinalIgnoreCase) ? SectionKind.Step : SectionKind.Exercise;
            var number = int.Parse(label.Groups[2].Value, CultureInfo.InvariantCulture);
            return new(kind, number, label.Groups[3].Value, $"{(kind == SectionKind.Step ? "step" : "exercise")}-{number}");
        }

        var numbered = Numbered().Match(title);
        var words = numbered.Success ? numbered.Groups[2].Value : title;
        if (level > 2 && parent == SectionKind.Verification && numbered.Success)
        {
            var number = int.Parse(numbered.Groups[1].Value, CultureInfo.InvariantCulture);
            return new(SectionKind.Verification, number, words, $"verification-{number}");
        }
        return new(level > 2 && parent != SectionKind.Text ? parent : KindOf(words), 0, words, Slug(words));
    }

    private static SectionKind KindOf(string words) => words.ToUpperInvariant() switch
    {
        "VERIFICATION" or "VERIFY" => SectionKind.Verification,
        "CLEANUP" or "CLEAN UP" => SectionKind.Cleanup,
        "PRO TIPS" or "TIPS" => SectionKind.Tip,
        "TROUBLESHOOTING" => SectionKind.Troubleshooting,
        _ => SectionKind.Text,
    };

    public static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }
        return slug.Length == 0 ? "section" : slug.ToString().TrimEnd('-');
    }

    /// <summary>Drops pictographs and what joins them; letters of any script stay.</summary>
    private static string WithoutEmoji(string text)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            var pictograph = category is UnicodeCategory.OtherSymbol or UnicodeCategory.Surrogate or UnicodeCategory.ModifierSymbol
                || rune.Value is 0x200D or (>= 0xFE00 and <= 0xFE0F);
            if (!pictograph) result.Append(rune);
        }
        return result.ToString().Trim();
    }

    [GeneratedRegex(@"^(step|exercise)\s+(\d{1,4})\s*[:.–—-]\s*(\S.*)$", RegexOptions.IgnoreCase)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"^(\d{1,4})[.)]\s+(\S.*)$")]
    private static partial Regex Numbered();
}
