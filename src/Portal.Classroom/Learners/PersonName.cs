using System.Globalization;
using System.Text;
using ICU4N.Text;
using Portal.Classroom.Model;

namespace Portal.Classroom.Learners;

/// <summary>
/// Names as people read them: what cannot be seen is refused, and what looks the same counts as the same.
/// </summary>
public static class PersonName
{
    // Letters that are drawn like a Latin one. Small on purpose: what one types to pass for a classmate, not all of
    // Unicode. Capitals first where they look like another letter than their small form.
    private static readonly Dictionary<Rune, Rune> s_capitals = Pairs("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧI", "abezhlkmnoptyxl");
    private static readonly Dictionary<Rune, Rune> s_letters = Pairs(
        "авсԁеһіјкӏмнорԛѕтуүԝх" + "αγεηικνορτυχω" + "ɑɡıɩօսհո" + "01",
        "abcdehijklmhopqstyywx" + "ayenikvoptuxw" + "agiiouhn" + "ol"
    );

    /// <summary>The name in one form (NFKC) with single spaces.</summary>
    /// <exception cref="ClassroomException">
    /// It is empty, too long, or has characters that cannot be seen or typed.
    /// </exception>
    public static string Clean(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 4 * Learner.NameMaxLength)
            throw TooLong();
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsVisible(rune))
                throw new ClassroomException(
                    $"The name has a character that cannot be seen (U+{rune.Value:X4}). Type the name instead of "
                        + "copying it."
                );
        }
        var clean = string.Join(
            ' ',
            Normalizer2.NFKCInstance.Normalize(name).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
        if (clean.Length == 0)
            throw new ClassroomException("Give the learner a name.");
        if (clean.Length > Learner.NameMaxLength)
            throw TooLong();
        if (!clean.EnumerateRunes().Any(Rune.IsLetterOrDigit))
            throw new ClassroomException("The name has no letter. Write it as one says it.");
        return clean;
    }

    /// <summary>Whether <see cref="Clean"/> takes it.</summary>
    public static bool IsName(string name)
    {
        try
        {
            Clean(name);
            return true;
        }
        catch (ClassroomException)
        {
            return false;
        }
    }

    /// <summary>The same for all names that look the same; only to compare, never to show.</summary>
    public static string Skeleton(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var capitals = Replace(Normalizer2.NFKCInstance.Normalize(name), s_capitals);
        var folded = Replace(Normalizer2.NFKCCaseFoldInstance.Normalize(capitals), s_letters);
        // A space or a hyphen more does not make another person.
        var skeleton = new StringBuilder(folded.Length);
        foreach (var rune in folded.EnumerateRunes().Where(IsSpoken))
            skeleton.Append(rune.ToString());
        skeleton.Replace("rn", "m").Replace("vv", "w");
        return skeleton.ToString();
    }

    private static ClassroomException TooLong() =>
        new($"The name is longer than {Learner.NameMaxLength} characters. Shorten it.");

    private static bool IsVisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => false,
            // Letters and marks that are drawn as nothing: joiners, fillers of Hangul, variation selectors; and what
            // stands
            // in for a character that was lost.
            _ => rune.Value
                is not (
                    0x034F
                    or 0x115F
                    or 0x1160
                    or 0x17B4
                    or 0x17B5
                    or 0x2800
                    or 0x3164
                    or 0xFFA0
                    or 0xFFFD
                    or (>= 0x180B and <= 0x180F)
                    or (>= 0xFE00 and <= 0xFE0F)
                    or (>= 0xE0100 and <= 0xE01EF)
                ),
        };

    private static bool IsSpoken(Rune rune) =>
        Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Replace(string text, Dictionary<Rune, Rune> pairs) =>
        string.Concat(text.EnumerateRunes().Select(r => pairs.GetValueOrDefault(r, r).ToString()));

    private static Dictionary<Rune, Rune> Pairs(string from, string to) =>
        from.EnumerateRunes().Zip(to.EnumerateRunes()).ToDictionary(p => p.First, p => p.Second);
}
