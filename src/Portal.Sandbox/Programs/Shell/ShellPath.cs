namespace Portal.Sandbox.Programs.Shell;

/// <summary>Paths as the file system knows them: absolute, without "." and "..".</summary>
internal static class ShellPath
{
    public static string Resolve(string directory, string path)
    {
        var parts = new List<string>();
        foreach (
            var part in (path.StartsWith('/') ? path : $"{directory}/{path}").Split(
                '/',
                StringSplitOptions.RemoveEmptyEntries
            )
        )
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".") parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    public static string Join(string directory, string name) => directory == "/" ? "/" + name : $"{directory}/{name}";

    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
