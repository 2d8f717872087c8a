using System.Diagnostics;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>
/// The directory of a workspace: the learner's home, and what the portal and the shell tell each other.
/// </summary>
internal static class WorkspaceFiles
{
    public const string LessonVariable = "LESSON_DIR";

    private static readonly EnumerationOptions s_everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
    };

    /// <summary>Says whose workspace it is.</summary>
    public const string RecordFile = "portal-workspace.json";

    public static string Home(WorkspaceSpec spec) => HomeOf(spec.Directory);

    /// <summary>What the portal tells the shell; the shell reads it.</summary>
    public static string Input(WorkspaceSpec spec) => Path.Combine(spec.Directory, "in");

    /// <summary>What the shell tells the portal.</summary>
    public static string Output(WorkspaceSpec spec) => Path.Combine(spec.Directory, "out");

    /// <summary>The homes of all workspaces below a root.</summary>
    public static IEnumerable<string> Homes(string root) =>
        WorkspaceRecord.FindDirectories(root).Select(HomeOf).Where(Directory.Exists);

    /// <summary>Makes the directories. The shell copies into its home what belongs there: the portal writes nothing
    /// where a learner could have put a link.</summary>
    public static void Prepare(WorkspaceSpec spec)
    {
        // Nobody else on the machine gets past it.
        PrivateFile.CreateDirectory(spec.Directory);
        Directory.CreateDirectory(Home(spec));
        Directory.CreateDirectory(Output(spec));
        Directory.CreateDirectory(Input(spec));
    }

    /// <param name="isApart">Whether the workspace has a network of its own.</param>
    public static void WriteKubeconfig(WorkspaceSpec spec, bool isApart) =>
        PrivateFile.Write(
            KubeconfigFile(spec),
            isApart && spec.Entrance is { } entrance ? entrance.Kubeconfig : spec.Kubeconfig
        );

    /// <summary>Makes a user the owner of what a workspace's processes write.</summary>
    public static void GiveTo(WorkspaceSpec spec, uint user)
    {
        Kernel.ChangeOwner(KubeconfigFile(spec), user);
        foreach (var directory in new[] { Home(spec), Output(spec) })
        {
            if (Kernel.OwnerOf(directory) == user) continue;
            Kernel.ChangeOwner(directory, user);
            PrivateFile.CreateDirectory(directory);
            // From before workspaces had users of their own.
            foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", s_everything))
                Kernel.ChangeOwner(path, user);
        }
    }

    /// <summary>
    /// Forgets what the learner changed: the next <see cref="Prepare"/> starts from nothing. Whose the directory is
    /// stays.
    /// </summary>
    public static void Clear(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var part in Directory.EnumerateDirectories(directory)) DeleteTree(part);
        foreach (var file in Directory.EnumerateFiles(directory).Where(f => Path.GetFileName(f) != RecordFile))
            File.Delete(file);
    }

    /// <summary>Deletes a workspace's directory, and those above it that are empty then.</summary>
    public static void Delete(string root, string directory)
    {
        if (Directory.Exists(directory)) DeleteTree(directory);
        for (
            var above = Path.GetDirectoryName(directory);
            above is not null && above.Length > root.Length && Directory.Exists(above);
            above = Path.GetDirectoryName(above)
        )
        {
            try
            {
                Directory.Delete(above);
            }
            catch (IOException)
            {
                return; // not empty
            }
        }
    }

    /// <param name="files">Descriptors for <see cref="ShellStartup.Script"/>.</param>
    public static PtyStartInfo ShellStart(ShellPaths paths, string bash, IReadOnlyList<int> files) => new(
        bash,
        ["--noprofile", "--rcfile", "/dev/fd/3", "-i"],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = paths.Home,
            ["PATH"] = paths.Search,
            ["KUBECONFIG"] = Path.Combine(paths.Home, ".kube", "config"),
            [LessonVariable] = paths.Lesson,
            ["TERM"] = "xterm-256color",
            ["LANG"] = "C.UTF-8",
            // Output goes to a page, where a pager would wait for a key.
            ["PAGER"] = "cat",
        },
        "/") { Files = files };

    /// <summary>With rm, which deletes also what .NET cannot: names that are no text, paths longer than any call takes.
    /// </summary>
    private static void DeleteTree(string directory)
    {
        string[] arguments = ["-rf", "--one-file-system", "--", directory];
        using var rm = Process.Start(new ProcessStartInfo("rm", arguments) { RedirectStandardError = true })!;
        var said = rm.StandardError.ReadToEnd();
        rm.WaitForExit();
        if (Directory.Exists(directory)) throw new IOException($"{directory} cannot be deleted: {said.Trim()}");
    }

    private static string KubeconfigFile(WorkspaceSpec spec) => Path.Combine(Input(spec), ShellStartup.KubeconfigFile);

    private static string HomeOf(string directory) => Path.Combine(directory, "home");
}
