namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>The files that a command line names, as the launcher sent them: directories with all that is in them.</summary>
/// <param name="files">Contents by name; a name that ends with a slash says that there is such a directory.</param>
internal sealed class GivenFiles(IReadOnlyDictionary<string, string> files)
{
    private static readonly string[] s_extensions = [".json", ".yaml", ".yml"];

    private readonly List<(string Name, string Text)> _read = [];
    private readonly List<string> _skipped = [];

    /// <summary>Files to read, in the order of the command line, those of a directory by name.</summary>
    public IReadOnlyList<(string Name, string Text)> Read => _read;

    /// <summary>Files of which nothing is known but that they are no manifests.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <returns>The name when there is no such file.</returns>
    public string? Gather(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (name == "-") _read.Add((name, files.GetValueOrDefault(name) ?? ""));
            else if (files.TryGetValue(name, out var text)) Add(name, text);
            else
            {
                var directory = name.TrimEnd('/') + "/";
                var inside = files.Where(f => f.Key.StartsWith(directory, StringComparison.Ordinal) && f.Key.Length > directory.Length).ToList();
                if (inside.Count == 0 && !files.ContainsKey(directory)) return name;
                foreach (var file in inside.Where(f => !f.Key.EndsWith('/')).OrderBy(f => f.Key.Split('/'), s_byDirectory)) Add(Clean(file.Key), file.Value);
            }
        }
        return null;
    }

    private static readonly Comparer<string[]> s_byDirectory = Comparer<string[]>.Create((a, b) =>
    {
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (string.CompareOrdinal(a[i], b[i]) is not 0 and var order) return order;
        }
        return a.Length - b.Length;
    });

    private void Add(string name, string text)
    {
        if (s_extensions.Contains(Path.GetExtension(name))) _read.Add((name, text));
        else _skipped.Add(name);
    }

    /// <summary>A path without its needless parts: <c>./a//b.yaml</c> is <c>a/b.yaml</c>.</summary>
    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts is [.., not ".."]) parts.RemoveAt(parts.Count - 1);
            else if (part != ".") parts.Add(part);
        }
        return (path.StartsWith('/') ? "/" : "") + string.Join('/', parts);
    }
}
