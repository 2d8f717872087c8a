using System.Security.Cryptography;
using System.Text;

namespace Portal.Clusters;

/// <summary>Names that every cluster tool accepts: lower-case letters, digits and dashes.</summary>
public static class ClusterNames
{
    private const int MaxLength = 40;

    /// <summary>The text itself when it is safe; otherwise something like it with a hash, so that two texts never share a name.</summary>
    public static string Safe(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
        }
        var safe = name.ToString().Trim('-');
        if (safe == text && safe.Length is > 0 and <= MaxLength) return safe;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
        var head = safe[..Math.Min(safe.Length, MaxLength - 9)].TrimEnd('-');
        return head.Length == 0 ? "x-" + hash : $"{head}-{hash}";
    }
}
