using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
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
internal sealed record WorkspaceNap(
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

    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, NapFile));

    public static void Save(
        string directory,
        DateTimeOffset since,
        IEnumerable<string> jobs,
        string search,
        byte[] screen,
        string? why
    ) =>
        PrivateFile.Write(
            Path.Combine(directory, NapFile),
            JsonSerializer.Serialize(
                new WorkspaceNap(since, [.. jobs.Select(Shorten)], search, screen, why)
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
        // As the commands beside it: the shell's own user reads it, and nobody else gets into the workspace.
        File.WriteAllText(WakeFile(spec), ShellVariables.Script(spec, paths, Search, withDirectory: true));
        return Greeting(spec.Past, now);
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

    private static string WakeFile(WorkspaceSpec spec) =>
        Path.Combine(WorkspaceFiles.Input(spec), ShellStartup.WakeFile);
}
