namespace Portal.Sandbox.Istioctl;

/// <summary>Columns padded as Go's tabwriter pads them.</summary>
internal static class TextTable
{
    public static string Format(IReadOnlyList<string[]> rows, int padding)
    {
        var widths = Enumerable.Range(0, rows.Max(r => r.Length)).Select(i => rows.Max(r => r.ElementAtOrDefault(i)?.Length ?? 0)).ToArray();
        return string.Join('\n', rows.Select(r => string.Concat(r.Select((c, i) => i == r.Length - 1 ? c : c.PadRight(widths[i] + padding)))));
    }
}
