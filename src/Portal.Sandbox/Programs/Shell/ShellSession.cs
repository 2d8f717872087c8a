namespace Portal.Sandbox.Programs.Shell;

/// <summary>What a shell remembers between commands.</summary>
internal sealed class ShellSession(ContainerInstance container)
{
    public ContainerInstance Container => container;
    public Dictionary<string, string> Variables { get; } = new(container.Environment, StringComparer.Ordinal);
    public ContainerFiles Files => container.Files;
    public string Directory { get; set; } = container.Spec["workingDir"]?.GetValue<string>() is { Length: > 0 } d ? d : "/";
    public int LastStatus { get; set; }
    public bool Exited { get; set; }

    /// <summary>Commands that were started with <c>&amp;</c>.</summary>
    public List<Task> Jobs { get; } = [];

    /// <summary>A path as the file system knows it: absolute, without "." and "..".</summary>
    public string Resolve(string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{Directory}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".") parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>A subshell: what it changes stays its own, except files.</summary>
    public ShellSession Fork()
    {
        var fork = new ShellSession(container) { Directory = Directory, LastStatus = LastStatus };
        foreach (var (name, value) in Variables) fork.Variables[name] = value;
        return fork;
    }

    public TimeProvider Time => container.Pod.Cluster.Time;
}
