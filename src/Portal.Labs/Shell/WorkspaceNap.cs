using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;

namespace Portal.Labs.Shell;

/// <summary>
/// What is kept of a workspace's shell while nobody is there: what its terminal showed, and which jobs ended with it.
/// The directory and variables of the shell are in what it wrote at its last prompt.
/// </summary>
/// <param name="Since">When it fell asleep.</param>
/// <param name="Jobs">Commands that ran in the background.</param>
/// <param name="Search">The value of PATH that the shell had begun with.</param>
/// <param name="Screen">What a terminal that attaches is shown.</param>
/// <param name="Why">What happened, when it did not sleep.</param>
internal sealed partial record WorkspaceNap(
    DateTimeOffset Since,
    ImmutableArray<string> Jobs,
    string Search,
    byte[] Screen,
    string? Why = null
)
{
    private const string NapFile = "portal-nap.json";

    /// <summary>Characters of a command that are shown.</summary>
    private const int LongestCommand = 120;

    /// <summary>What each shell is given by the portal, and what bash keeps itself.</summary>
    private static readonly ImmutableHashSet<string> s_given =
    [
        "HOME", "PATH", "KUBECONFIG", WorkspaceFiles.LessonVariable, "TERM", "LANG", "PAGER",
        "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "_",
    ];

    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, NapFile));

    public static void Save(
        string directory,
        DateTimeOffset since,
        IEnumerable<BackgroundJob> jobs,
        string search,
        byte[] screen,
        string? why
    ) =>
        PrivateFile.Write(
            Path.Combine(directory, NapFile),
            JsonSerializer.Serialize(
                new WorkspaceNap(since, [.. jobs.Select(j => Shorten(j.Command))], search, screen, why)
            )
        );

    /// <summary>What was saved, and saved no longer; null when there is nothing that can be read.</summary>
    public static WorkspaceNap? Take(string directory)
    {
        var file = Path.Combine(directory, NapFile);
        if (!File.Exists(file)) return null;
        try
        {
            return JsonSerializer.Deserialize<WorkspaceNap>(File.ReadAllText(file));
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Has the next shell begin where the last one was.</summary>
    /// <returns>What terminals are shown before it.</returns>
    public byte[] Wake(WorkspaceSpec spec, ShellPaths paths, DateTimeOffset now)
    {
        Prepare(spec, paths);
        return Greeting(spec.Past, now);
    }

    /// <summary>
    /// Writes what the next shell reads after its own start-up, from what the last one told. Only values that bash
    /// quoted and that run nothing are taken over.
    /// </summary>
    private void Prepare(WorkspaceSpec spec, ShellPaths paths)
    {
        var script = new StringBuilder();
        try
        {
            var told = ForeignFile.ReadText(Path.Combine(WorkspaceFiles.Output(spec), ShellStartup.ExportsFile));
            foreach (var match in told.Split('\n').Select(l => Export().Match(l)).Where(m => m.Success))
            {
                var (name, value) = (match.Groups[1].Value, match.Groups[2].Value);
                if (name == "PWD") script.Append("cd -- ").Append(value).Append(" 2>/dev/null\n");
                else if (name == "PATH") script.Append("PATH=\"").Append(Merge(value.Trim('"'), paths)).Append("\"\n");
                else if (!s_given.Contains(name)) script.Append($"declare -x {name}={value}\n");
            }
        }
        catch (IOException)
        {
            // It had not come to its first prompt.
        }
        // As the commands beside it: the shell's own user reads it, and nobody else gets into the workspace.
        File.WriteAllText(WakeFile(spec), script.ToString());
    }

    /// <summary>Once a shell has begun: the next one, after an <c>exit</c>, is a fresh one.</summary>
    public static void Forget(WorkspaceSpec spec) => File.Delete(WakeFile(spec));

    /// <summary>What a terminal had, and what is different now.</summary>
    private byte[] Greeting(ClusterPast past, DateTimeOffset now)
    {
        var slept = now - Since;
        var text = new StringBuilder("\e[?1049l\e[?25h\e[0m\r\n\e[2m").Append(Why);
        if (Why is null)
        {
            text.Append("Woke up after ")
                .Append(
                    slept.TotalHours >= 2 ? $"{slept.TotalHours:0} hours"
                    : slept.TotalMinutes >= 2 ? $"{slept.TotalMinutes:0} minutes"
                    : $"{slept.TotalSeconds:0} seconds"
                );
        }
        text.Append(Why is null ? ": your cluster, files" : ": your files")
            .Append(", directory and exported variables are as you left them.");
        if (past == ClusterPast.Slept) text.Append(" Metrics and traces begin anew.");
        if (!Jobs.IsEmpty)
            text.Append("\r\nEnded meanwhile, start it again if you need it:");
        foreach (var job in Jobs) text.Append("\r\n  ").Append(job);
        return [.. Screen, .. Encoding.UTF8.GetBytes(text.Append("\e[0m\r\n").ToString())];
    }

    /// <summary>As a line of a terminal shows it.</summary>
    private static string Shorten(string command)
    {
        var line = string.Concat(command.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > LongestCommand ? line[..LongestCommand] + "…" : line;
    }

    /// <summary>The present search path, with what the learner had put before and behind the one of then.</summary>
    private string Merge(string saved, ShellPaths paths)
    {
        var given = Search.Split(':').ToHashSet(StringComparer.Ordinal);
        var entries = saved.Split(':');
        var first = Array.FindIndex(entries, given.Contains);
        var before = entries.Take(first < 0 ? entries.Length : first);
        var behind = first < 0 ? [] : entries.Skip(first).Where(e => !given.Contains(e));
        return string.Join(':', [.. before, paths.Search, .. behind]);
    }

    private static string WakeFile(WorkspaceSpec spec) =>
        Path.Combine(WorkspaceFiles.Input(spec), ShellStartup.WakeFile);

    /// <summary>A line of <c>declare -px</c> whose value is a constant.</summary>
    [GeneratedRegex("""^declare -x ([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\$`]|\\.)*"|\$'(?:[^'\\]|\\.)*')$""")]
    private static partial Regex Export();
}
