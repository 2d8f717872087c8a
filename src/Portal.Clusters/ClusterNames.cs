using System.Security.Cryptography;
using System.Text;

namespace Portal.Clusters;

/// <summary>Names that every cluster tool accepts: lower-case letters, digits and dashes.</summary>
public static class ClusterNames
{
    /// <summary>
    /// Room for "portal-" before it and "-control-plane" after it in the 63 characters of a host name.
    /// </summary>
    private const int MaxLength = 40;
    private const int HashLength = 12;

    /// <summary>The name of a learner's cluster for a lesson: readable, and different for different keys.</summary>
    public static string Of(ClusterKey key) =>
        Hashed(
            Readable($"{key.LearnerId}-{key.CourseId}-{key.LessonId}"),
            Identity(key)
        );

    /// <summary>Names the key without telling it: 20 letters and digits.</summary>
    public static string Digest(ClusterKey key) =>
        Hash(Identity(key), 20);

    /// <summary>Different for different keys, whatever characters they have.</summary>
    private static string Identity(ClusterKey key) =>
        $"{key.LearnerId.Length},{key.CourseId.Length} {key.LearnerId}{key.CourseId}{key.LessonId}";

    private static string Hash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];

    /// <summary>The text itself when it is safe; otherwise something like it with a hash, so that two texts never share a name.</summary>
    public static string Safe(string text)
    {
        var safe = Readable(text);
        return safe == text && safe.Length is > 0 and <= MaxLength ? safe : Hashed(safe, text);
    }

    private static string Readable(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
        }
        return name.ToString().Trim('-');
    }

    private static string Hashed(string readable, string identity)
    {
        var hash = Hash(identity, HashLength);
        var head = readable[..Math.Min(readable.Length, MaxLength - HashLength - 1)].TrimEnd('-');
        return head.Length == 0 ? "x-" + hash : $"{head}-{hash}";
    }
}
