using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Portal.Clusters;

namespace Portal.Cli.Backup;

/// <summary>
/// A backup unpacked beside where it goes, and held against its manifest: what cannot be trusted whole is refused
/// before anything is touched.
/// </summary>
internal sealed class BackupReader : IDisposable
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;

    private readonly string _staging;

    private BackupReader(string staging) => _staging = staging;

    public BackupManifest Manifest { get; private set; } = null!;

    public string PathOf(string name) => Path.Combine(_staging, name);

    public void Dispose() => Directory.Delete(_staging, recursive: true);

    /// <param name="beside">The directory that it goes to: on the same disk, so that it can be moved there.</param>
    /// <exception cref="BackupException">It is damaged, cut off, or no backup at all.</exception>
    public static async Task<BackupReader> ReadAsync(string file, string beside, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(beside, $".restore-{Guid.NewGuid():N}");
        PrivateFile.CreateDirectory(staging);
        var reader = new BackupReader(staging);
        try
        {
            reader.Manifest = await reader.UnpackAsync(file, cancellationToken);
            return reader;
        }
        catch (Exception e)
        {
            reader.Dispose();
            // An address that is out of range, a length that is none: whatever a damaged file leads to.
            throw e
                is BackupException
                    or OperationCanceledException
                    or FileNotFoundException
                    or UnauthorizedAccessException
                ? e
                : new BackupException($"'{file}' is damaged, or no backup of a portal: {e.Message}");
        }
    }

    private async Task<BackupManifest> UnpackAsync(string file, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        var links = new List<(string Path, string Target)>();
        BackupManifest? manifest = null;
        await using (var source = File.OpenRead(file))
        await using (var expanded = new GZipStream(source, CompressionMode.Decompress))
        await using (var tar = new TarReader(expanded))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                var path = Inside(entry.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (entry.EntryType == TarEntryType.SymbolicLink)
                {
                    // Made last, so that nothing is written through one.
                    links.Add((path, entry.LinkName));
                    continue;
                }
                if (entry.EntryType != TarEntryType.RegularFile)
                    throw new BackupException($"'{file}' has in it what no backup has: {entry.Name}.");
                hashes.Add(entry.Name, await WriteAsync(path, entry, cancellationToken));
                if (entry.Name == BackupManifest.Name)
                    manifest = BackupManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            }
        }
        hashes.Remove(BackupManifest.Name);
        if (manifest is null)
            throw new BackupException($"'{file}' is cut off: it has no manifest. Use another backup.");
        if (manifest.Format > BackupManifest.CurrentFormat)
            throw new BackupException($"'{file}' is of a newer portal ({manifest.Portal}). Use its command line.");
        var wrong = manifest.Files.Where(f => hashes.GetValueOrDefault(f.Key) != f.Value).Select(f => f.Key);
        if (wrong.Concat(hashes.Keys.Except(manifest.Files.Keys)).FirstOrDefault() is { } damaged)
            throw new BackupException($"'{file}' is damaged: {damaged} is not as it was saved. Use another backup.");
        foreach (var (path, target) in links)
            File.CreateSymbolicLink(path, target);
        return manifest;
    }

    private string Inside(string name)
    {
        var path = Path.GetFullPath(name, _staging);
        return path.StartsWith(_staging + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new BackupException($"The backup has a file that would lie elsewhere: {name}.");
    }

    private static async Task<string> WriteAsync(string path, TarEntry entry, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = entry.Mode & Permissions;
        await using var file = new FileStream(path, options);
        if (entry.DataStream is { } content)
            await content.CopyToAsync(file, cancellationToken);
        file.Position = 0;
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
