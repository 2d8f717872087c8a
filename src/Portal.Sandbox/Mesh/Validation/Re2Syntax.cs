namespace Portal.Sandbox.Mesh.Validation;

/// <summary>
/// Whether a pattern is one of RE2, in the words of Go's regexp: no look-around, no back-references, no possessive or
/// nested repetition, all of which .NET accepts.
/// </summary>
internal static class Re2Syntax
{
    /// <summary>What is wrong with a pattern, or null.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            new Re2Parser(pattern).Run();
            return null;
        }
        catch (Re2Exception e)
        {
            return $"error parsing regexp: {e.Message}: `{e.At}`";
        }
    }

    /// <summary>A pattern of a match, which upstream also limits in length.</summary>
    public static string? Problem(string pattern, string where)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(pattern) > 1024) return $"{GoText.Quote(where)}: regex is too large, max length allowed is 1024";
        return Problem(pattern) is { } problem ? $"{GoText.Quote(where)}: {problem}; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)" : null;
    }
}

/// <param name="at">The part of the pattern that is wrong.</param>
internal sealed class Re2Exception(string message, string at) : Exception(message)
{
    public string At { get; } = at;
}
