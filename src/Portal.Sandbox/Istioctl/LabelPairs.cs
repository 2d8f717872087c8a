namespace Portal.Sandbox.Istioctl;

/// <summary>Labels as they are typed: <c>app=a,version=v1</c>; of one that is said twice the last counts.</summary>
internal static class LabelPairs
{
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Replace("==", "=", StringComparison.Ordinal).Split('=', 2)))
            labels[pair[0].Trim()] = pair.ElementAtOrDefault(1)?.Trim() ?? "";
        return labels;
    }
}
