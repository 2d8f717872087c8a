using Portal.Clusters;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>The directory of a workspace: a home with the lesson's files, and the kubeconfig. Files a learner has changed are left alone.</summary>
internal static class WorkspaceFiles
{
    public const string LessonVariable = "LESSON_DIR";

    /// <summary>Says whose workspace it is.</summary>
    public const string RecordFile = "portal-workspace.json";

    public static WorkspacePaths Prepare(WorkspaceSpec spec)
    {
        var paths = new WorkspacePaths(Path.Combine(spec.Directory, "home"), Path.Combine(spec.Directory, "control"));
        var lesson = LessonDirectory(spec, paths);
        Directory.CreateDirectory(lesson);
        Directory.CreateDirectory(paths.Control);
        if (spec.LessonDirectory is { } source && Directory.Exists(Path.Combine(source, "manifests")))
        {
            CopyMissing(Path.Combine(source, "manifests"), Path.Combine(lesson, "manifests"));
        }
        if (spec.Template is { } template) CopyMissing(template, lesson);
        WriteKubeconfig(KubeconfigFile(paths), spec.Kubeconfig);
        return paths;
    }

    /// <summary>
    /// Forgets what the learner changed: the next <see cref="Prepare"/> starts from nothing. Whose the directory is
    /// stays.
    /// </summary>
    public static void Clear(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var part in Directory.EnumerateDirectories(directory))
            Directory.Delete(part, recursive: true);
        foreach (var file in Directory.EnumerateFiles(directory).Where(f => Path.GetFileName(f) != RecordFile))
            File.Delete(file);
    }

    /// <summary>Deletes a workspace's directory, and those above it that are empty then.</summary>
    public static void Delete(string root, string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
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

    public static PtyStartInfo ShellStart(WorkspaceSpec spec, WorkspacePaths paths, string bash, string startupFile) => new(
        bash,
        ["--noprofile", "--rcfile", startupFile, "-i"],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = paths.Home,
            ["PATH"] = ToolPaths.WorkspacePath(spec.ToolsDirectory),
            ["KUBECONFIG"] = KubeconfigFile(paths),
            [LessonVariable] = LessonDirectory(spec, paths),
            ["TERM"] = "xterm-256color",
            ["LANG"] = "C.UTF-8",
            // Output goes to a page, where a pager would wait for a key.
            ["PAGER"] = "cat",
        },
        LessonDirectory(spec, paths));

    public static string LessonDirectory(WorkspaceSpec spec, WorkspacePaths paths) => Path.Combine(paths.Home, spec.LessonId);

    private static string KubeconfigFile(WorkspacePaths paths) => Path.Combine(paths.Home, ".kube", "config");

    private static void WriteKubeconfig(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        PrivateFile.Write(file, text);
    }

    private static void CopyMissing(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var directory in Directory.EnumerateDirectories(source)) CopyMissing(directory, Path.Combine(target, Path.GetFileName(directory)));
        foreach (var file in Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (!File.Exists(copy)) File.Copy(file, copy);
        }
    }
}
