using Microsoft.Data.Sqlite;
using Portal.Classroom.Backup;
using Portal.Clusters;
using Portal.Shared;

namespace Portal.Cli.Backup;

/// <summary>Puts a backup where no portal is, or in place of one that does not run.</summary>
internal sealed class BackupRestore(PortalData data, TimeProvider time)
{
    /// <param name="force">Also where a portal is: its files are kept beside, rows in PostgreSQL are not.</param>
    /// <returns>What was restored, and where the files that were there are now; null when there were none.</returns>
    public async Task<(BackupManifest Manifest, string? Replaced)> RunAsync(
        string file,
        bool force,
        CancellationToken cancellationToken
    )
    {
        PrivateFile.CreateDirectory(data.Root);
        using var held = DataDirectory.Lock(data.Root);
        using var backup = await BackupReader.ReadAsync(file, data.Root, cancellationToken);
        await RefuseAsync(backup.Manifest, force, cancellationToken);
        // A connection that is kept open would go on in the file that is moved away.
        SqliteConnection.ClearAllPools();
        var replaced = MoveAway();
        await RestoreRowsAsync(backup, cancellationToken);
        foreach (var name in (string[])[DataDirectory.Keys, DataDirectory.Unsaved])
            Move(backup.PathOf(name), Path.Combine(data.Root, name));
        Move(backup.PathOf(DataDirectory.Workspaces), data.Workspaces);
        return (backup.Manifest, replaced);
    }

    private async Task RefuseAsync(BackupManifest manifest, bool force, CancellationToken cancellationToken)
    {
        await using var db = data.Open();
        var known = DatabaseBackup.KnownSchemas(db);
        if (manifest.Schemas.Except(known).FirstOrDefault() is { } newer)
            throw new BackupException(
                $"The backup is of a newer portal ({manifest.Portal}), whose database went through {newer}. Use that "
                    + "portal's command line."
            );
        if (data.IsSqlite && !File.Exists(data.SqliteFile))
            return;
        var there = await DatabaseBackup.FindSchemasAsync(db, cancellationToken);
        if (there.Except(known).FirstOrDefault() is { } unknown)
            throw new BackupException($"The database that is there is of a newer portal: it went through {unknown}.");
        if (!force && !await DatabaseBackup.IsEmptyAsync(db, cancellationToken))
            throw new BackupException(
                "There is a portal already, with people in it. Restore elsewhere (--data-directory), or replace it "
                    + "with --force."
            );
    }

    private async Task RestoreRowsAsync(BackupReader backup, CancellationToken cancellationToken)
    {
        await using var db = data.Open();
        if (!data.IsSqlite)
            await DatabaseBackup.DropAsync(db, cancellationToken);
        await using var rows = File.OpenRead(backup.PathOf(BackupManifest.RowsName));
        await DatabaseBackup.ImportAsync(db, rows, backup.Manifest.Schemas[^1], cancellationToken);
        if (data.IsSqlite && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(data.SqliteFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private string? MoveAway()
    {
        var replaced = Path.Combine(data.Root, $"replaced-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        string[] database = [data.SqliteFile, data.SqliteFile + "-wal", data.SqliteFile + "-shm"];
        string[] directories = [
            Path.Combine(data.Root, DataDirectory.Keys),
            Path.Combine(data.Root, DataDirectory.Unsaved),
            data.Workspaces,
        ];
        foreach (var path in database.Concat(directories).Where(Path.Exists))
        {
            PrivateFile.CreateDirectory(replaced);
            Move(path, Path.Combine(replaced, Path.GetFileName(path)));
        }
        return Directory.Exists(replaced) ? replaced : null;
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
            File.Move(from, to);
        if (!Directory.Exists(from))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Directory.Move(from, to);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
