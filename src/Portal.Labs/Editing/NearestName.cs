using Portal.Shared;

namespace Portal.Labs.Editing;

/// <summary>What somebody may have meant who wrote a name that is none.</summary>
internal static class NearestName
{
    private const int Longest = 64;

    /// <summary>A question to stand in the complaint; empty when nothing is near.</summary>
    public static string Hint(string name, IEnumerable<string> names) =>
        Find(name, names) is { } near ? $" (did you mean {near}?)" : "";

    public static string? Find(string name, IEnumerable<string> names)
    {
        if (name.Length > Longest) return null;
        var most = Math.Max(1, name.Length / 3);
        return names
            .Where(n => n.Length <= Longest && Math.Abs(n.Length - name.Length) <= most)
            .Select(n => (Name: n, Distance: EditDistance.Between(name, n, swaps: true)))
            .Where(n => n.Distance <= most)
            .OrderBy(n => n.Distance)
            .ThenBy(n => n.Name, StringComparer.Ordinal)
            .Select(n => n.Name)
            .FirstOrDefault();
    }
}
