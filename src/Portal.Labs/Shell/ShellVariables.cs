using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Labs.Shell.Isolation;

namespace Portal.Labs.Shell;

/// <summary>
/// What the main shell told of its exported variables and its directory at its last prompt, for another shell to begin
/// with. Only values that bash quoted and that run nothing are taken over.
/// </summary>
internal static partial class ShellVariables
{
    /// <summary>What each shell is given by the portal, and what bash keeps itself.</summary>
    private static readonly ImmutableHashSet<string> s_given =
    [
        "HOME", "PATH", "KUBECONFIG", WorkspaceFiles.LessonVariable, "TERM", "LANG", "PAGER",
        "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "_",
    ];

    /// <summary>What the other shell reads after its own start-up; empty when nothing was told.</summary>
    /// <param name="search">The value of PATH that the main shell had begun with.</param>
    public static string Script(WorkspaceSpec spec, ShellPaths paths, string search, bool withDirectory)
    {
        var script = new StringBuilder();
        try
        {
            var told = ForeignFile.ReadText(Path.Combine(WorkspaceFiles.Output(spec), ShellStartup.ExportsFile));
            foreach (var match in told.Split('\n').Select(l => Export().Match(l)).Where(m => m.Success))
            {
                var (name, value) = (match.Groups[1].Value, match.Groups[2].Value);
                if (name == "PWD" && withDirectory) script.Append("cd -- ").Append(value).Append(" 2>/dev/null\n");
                else if (name == "PATH")
                    script.Append("PATH=\"").Append(Merge(value.Trim('"'), search, paths)).Append("\"\n");
                else if (!s_given.Contains(name)) script.Append($"declare -x {name}={value}\n");
            }
        }
        catch (IOException)
        {
            // It had not come to its first prompt.
        }
        return script.ToString();
    }

    /// <summary>The present search path, with what the learner had put before and behind the one of then.</summary>
    private static string Merge(string saved, string search, ShellPaths paths)
    {
        var given = search.Split(':').ToHashSet(StringComparer.Ordinal);
        var entries = saved.Split(':');
        var first = Array.FindIndex(entries, given.Contains);
        var before = entries.Take(first < 0 ? entries.Length : first);
        var behind = first < 0 ? [] : entries.Skip(first).Where(e => !given.Contains(e));
        return string.Join(':', [.. before, paths.Search, .. behind]);
    }

    /// <summary>A line of <c>declare -px</c> whose value is a constant.</summary>
    [GeneratedRegex("""^declare -x ([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\$`]|\\.)*"|\$'(?:[^'\\]|\\.)*')$""")]
    private static partial Regex Export();
}
