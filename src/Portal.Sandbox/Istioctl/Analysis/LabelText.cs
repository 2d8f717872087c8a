namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Sets of labels that select, as client-go reads and prints them: the empty set selects everything.</summary>
internal static class LabelText
{
    public static bool Selects(this IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in selector)
        {
            if (!labels.TryGetValue(key, out var v) || v != value) return false;
        }
        return true;
    }

    public static string ToSelectorText(this IReadOnlyDictionary<string, string> selector) =>
        string.Join(',', selector.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    /// <summary>The label by which istioctl finds the line of a selector.</summary>
    public static string FirstLabel(this IReadOnlyDictionary<string, string> selector) => selector.Keys.Order(StringComparer.Ordinal).FirstOrDefault() ?? "";
}
