namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>What is not to be reported: <c>IST0102=Namespace *</c>, or the annotation of the object itself.</summary>
internal sealed record Suppression(string Code, string Resource)
{
    private const string Annotation = "galley.istio.io/analyze-suppress";

    public static Suppression? Parse(string text) => text.Split('=') is [var code, var resource] ? new(code, resource) : null;

    public bool Covers(Finding finding) => Code == finding.Type.Code && Matches(Resource, finding.Object.Origin);

    public static bool ByAnnotation(Finding finding) => finding.Object.Annotations.GetValueOrDefault(Annotation) is { Length: > 0 } codes && codes.Split(',').Any(c => c == "*" || c == finding.Type.Code);

    /// <summary>Whether a text fits a pattern in which a star stands for anything.</summary>
    private static bool Matches(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1) return pattern == text;
        if (!text.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
