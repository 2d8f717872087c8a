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
            .Select(n => (Name: n, Distance: Distance(name, n)))
            .Where(n => n.Distance <= most)
            .OrderBy(n => n.Distance)
            .ThenBy(n => n.Name, StringComparer.Ordinal)
            .Select(n => n.Name)
            .FirstOrDefault();
    }

    /// <summary>Letters to add, to take away, to change or to swap with their neighbour, in whatever case.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (IsSame(a[i - 1], b[j - 1]) ? 0 : 1);
                var swap = i > 1 && j > 1 && IsSame(a[i - 1], b[j - 2]) && IsSame(a[i - 2], b[j - 1])
                    ? rows[i - 2, j - 2] + 1
                    : int.MaxValue;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, Math.Min(change, swap));
            }
        }
        return rows[a.Length, b.Length];
    }

    private static bool IsSame(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
