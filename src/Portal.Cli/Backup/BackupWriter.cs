using System.Formats.Tar;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Portal.Classroom.Backup;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Cli.Backup;

/// <summary>
/// Writes a backup: a compressed tar of the database's rows, keys, results that wait to be saved, and workspaces. The
/// portal may run. Keys and credentials are in it, so only its owner may read it, at no moment otherwise.
/// </summary>
internal sealed class BackupWriter(PortalData data, TimeProvider time) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string Version = typeof(BackupWriter)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly DirectoryInfo _staging = Directory.CreateTempSubdirectory("portal-backup-");
    private int _skipped;

    public void Dispose() => _staging.Delete(recursive: true);

    /// <returns>What was written, and how many files of workspaces could not be read.</returns>
    public async Task<(BackupManifest Manifest, int Skipped)> WriteAsync(
        string file,
        CancellationToken cancellationToken
    )
    {
        var unfinished = file + ".unfinished";
        try
        {
            BackupManifest manifest;
            await using (var target = Create(unfinished, FileMode.Create))
            {
                await using (var compressed = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
                await using (var tar = new TarWriter(compressed, TarEntryFormat.Pax))
                    manifest = await WriteAsync(tar, cancellationToken);
                target.Flush(flushToDisk: true);
            }
            File.Move(unfinished, file, overwrite: true);
            return (manifest, _skipped);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private async Task<BackupManifest> WriteAsync(TarWriter tar, CancellationToken cancellationToken)
    {
        if (data.IsSqlite && !File.Exists(data.SqliteFile))
            throw new BackupException($"There is no portal in '{data.Root}'. Name another with --data-directory.");
        await using var db = data.Open();
        var schemas = await DatabaseBackup.FindSchemasAsync(db, cancellationToken);
        if (!schemas.SequenceEqual(DatabaseBackup.KnownSchemas(db)))
            throw new BackupException(
                "The database is of another version of the portal. Use that version's command line, or start this "
                    + "version of the portal once."
            );
        long rows;
        await using (var lines = Create(Staged(), FileMode.Create))
        {
            rows = await DatabaseBackup.ExportAsync(db, lines, cancellationToken);
            await AddAsync(tar, BackupManifest.RowsName, lines, OwnerOnly, cancellationToken);
        }
        foreach (var name in (string[])[DataDirectory.Keys, DataDirectory.Unsaved])
            await AddTreeAsync(tar, Path.Combine(data.Root, name), name, cancellationToken);
        await AddTreeAsync(tar, data.Workspaces, DataDirectory.Workspaces, cancellationToken);
        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat,
            Version,
            data.IsSqlite ? "SQLite" : "PostgreSQL",
            schemas,
            time.GetUtcNow(),
            rows,
            _files
        );
        using var json = new MemoryStream(manifest.ToJson());
        await AddAsync(tar, BackupManifest.Name, json, OwnerOnly, cancellationToken);
        return manifest;
    }

    private async Task AddTreeAsync(TarWriter tar, string directory, string name, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
            return;
        var items = new DirectoryInfo(directory).EnumerateFileSystemInfos();
        foreach (var item in items.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var itemName = $"{name}/{item.Name}";
            try
            {
                if (item.LinkTarget is { } link)
                    await tar.WriteEntryAsync(
                        new PaxTarEntry(TarEntryType.SymbolicLink, itemName) { LinkName = link },
                        cancellationToken
                    );
                else if (item is DirectoryInfo)
                    await AddTreeAsync(tar, item.FullName, itemName, cancellationToken);
                else
                    await AddCopyAsync(tar, (FileInfo)item, itemName, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile, or a socket or pipe, which ends with its program.
                _skipped++;
            }
        }
    }

    /// <summary>A copy first: what is written to while it is read has no length to announce.</summary>
    private async Task AddCopyAsync(TarWriter tar, FileInfo file, string name, CancellationToken cancellationToken)
    {
        await using var copy = Create(Staged(), FileMode.Create);
        var mode = OperatingSystem.IsWindows() ? OwnerOnly : file.UnixFileMode;
        await using (var source = ForeignFile.OpenRead(file.FullName))
            await source.CopyToAsync(copy, cancellationToken);
        await AddAsync(tar, name, copy, mode, cancellationToken);
    }

    private async Task AddAsync(
        TarWriter tar,
        string name,
        Stream content,
        UnixFileMode mode,
        CancellationToken cancellationToken
    )
    {
        content.Position = 0;
        _files[name] = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        content.Position = 0;
        var entry = new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            Mode = mode,
            ModificationTime = time.GetUtcNow(),
        };
        await tar.WriteEntryAsync(entry, cancellationToken);
    }

    private string Staged() => Path.Combine(_staging.FullName, "part");

    private static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }
}
