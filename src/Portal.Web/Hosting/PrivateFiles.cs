namespace Portal.Web.Hosting;

/// <summary>
/// Files that only the portal's user may read. Windows keeps them in the user's profile, with its rights.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Makes the directory when it is missing, and takes the rights of others away.</summary>
    /// <returns>False when others keep rights: the directory is somebody else's.</returns>
    public static bool MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return true;
        }
        Directory.CreateDirectory(path, OwnerDirectory);
        return Narrow(path, OwnerDirectory);
    }

    /// <summary>The SQLite file, made when missing; its companions get their rights from it.</summary>
    public static string Database(string path)
    {
        if (OperatingSystem.IsWindows())
            return path;
        File.Open(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite,
                    UnixCreateMode = OwnerFile,
                }
            )
            .Dispose();
        foreach (var file in (string[])[path, path + "-wal", path + "-shm"])
        {
            if (File.Exists(file))
                Narrow(file, OwnerFile);
        }
        return path;
    }

    /// <summary>Writes a new file as a whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        MakeDirectory(Path.GetDirectoryName(path)!);
        var part = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerFile;
        using (var writer = new StreamWriter(part, options))
            writer.Write(text);
        File.Move(part, path);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool Narrow(string path, UnixFileMode mode)
    {
        var others = File.GetUnixFileMode(path) & ~mode;
        if (others == UnixFileMode.None)
            return true;
        try
        {
            File.SetUnixFileMode(path, mode);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
