using System.Text.Json;
using Portal.Labs.Shell;

namespace Portal.Labs.Sessions;

/// <summary>
/// Whose a workspace's directory is, kept in a small file in it; the file's time is when the workspace was used last.
/// With it clusters and workspaces that nobody uses are found, also those of an earlier process. A directory without
/// the file is not the portal's to delete.
/// </summary>
internal sealed record WorkspaceRecord(LessonSessionKey Key, string Provider)
{
    /// <summary>Learner, course, lesson.</summary>
    private const int Depth = 3;

    /// <summary>Notes that the workspace is used now, making its directory when there is none.</summary>
    public static void Touch(string directory, LessonSessionKey key, string provider, DateTimeOffset now)
    {
        var file = Path.Combine(Directory.CreateDirectory(directory).FullName, WorkspaceFiles.RecordFile);
        var text = JsonSerializer.Serialize(new WorkspaceRecord(key, provider));
        if (!File.Exists(file) || File.ReadAllText(file) != text) File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, now.UtcDateTime);
    }

    /// <summary>Every workspace below the root with when it was used last. What cannot be read is left out.</summary>
    public static IEnumerable<(WorkspaceRecord Record, DateTimeOffset LastUsed)> FindAll(string root)
    {
        foreach (var file in Files(root))
        {
            if (Read(file) is { } record)
                yield return (record, new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero));
        }
    }

    /// <summary>The directory of every workspace below the root.</summary>
    public static IEnumerable<string> FindDirectories(string root) =>
        Files(root).Select(f => Path.GetDirectoryName(f)!);

    private static IReadOnlyList<string> Files(string root) => !Directory.Exists(root) ? [] :
    [
        .. Directory.EnumerateFiles(
            root,
            WorkspaceFiles.RecordFile,
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = Depth,
                AttributesToSkip = FileAttributes.ReparsePoint,
                IgnoreInaccessible = true,
            }
        ),
    ];

    private static WorkspaceRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<WorkspaceRecord>(File.ReadAllText(file)) is { Key: not null } record
                ? record
                : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
