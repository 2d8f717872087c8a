namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What proxies do to a path before they look at it: backslashes turn into slashes, and <c>.</c> and <c>..</c> are resolved (RFC 3986, as Istio's BASE).</summary>
internal static class PathNormalization
{
    public static string Normalize(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase)) return path;
        var question = path.IndexOf('?', StringComparison.Ordinal);
        var (only, query) = question < 0 ? (path, "") : (path[..question], path[question..]);
        only = only.Replace('\\', '/').Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
        var kept = new List<string>();
        var parts = only.Split('/');
        foreach (var part in parts.Skip(1))
        {
            if (part == "..") kept.RemoveRange(Math.Max(0, kept.Count - 1), Math.Min(1, kept.Count));
            else if (part != ".") kept.Add(part);
        }
        var ends = parts[^1] is "." or "..";
        return "/" + string.Join('/', kept) + (ends && kept.Count > 0 ? "/" : "") + query;
    }
}
