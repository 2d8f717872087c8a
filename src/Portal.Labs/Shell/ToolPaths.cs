using System.Collections.Immutable;

namespace Portal.Labs.Shell;

/// <summary>Finds the programs that a workspace uses, on the portal's own PATH.</summary>
public static class ToolPaths
{
    private static readonly string[] s_system = ["/usr/local/bin", "/usr/bin", "/bin"];
    private static readonly string[] s_tools = ["kubectl", "helm", "curl"];

    /// <summary>Full path of a program, or null.</summary>
    /// <param name="first">Directories to search before the PATH.</param>
    public static string? Find(string program, params ReadOnlySpan<string?> first)
    {
        foreach (var directory in (IEnumerable<string?>)[.. first, .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), .. s_system])
        {
            if (string.IsNullOrEmpty(directory)) continue;
            var file = Path.Combine(directory, program);
            if (IsExecutable(file)) return file;
        }
        return null;
    }

    /// <summary>PATH of a workspace: its cluster's tools, where kubectl, helm and curl are, and the system's directories.</summary>
    public static string WorkspacePath(string? toolsDirectory) => string.Join(
        Path.PathSeparator,
        ((IEnumerable<string?>)[toolsDirectory, .. s_tools.Select(t => Path.GetDirectoryName(Find(t))), .. s_system])
            .Where(d => !string.IsNullOrEmpty(d))
            .Distinct(StringComparer.Ordinal)
            .ToImmutableArray());

    /// <summary>Programs of a workspace that are not among the system's own.</summary>
    public static IEnumerable<string> Outside =>
        s_tools
            .Select(t => Find(t))
            .OfType<string>()
            .Where(f =>
                !f.StartsWith("/usr/", StringComparison.Ordinal)
                && !s_system.Contains(Path.GetDirectoryName(f), StringComparer.Ordinal)
            )
            .Select(f =>
                File.ResolveLinkTarget(f, returnFinalTarget: true)?.FullName is { } target
                && Path.GetFileName(target) == Path.GetFileName(f)
                    ? target
                    : f
            );

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
