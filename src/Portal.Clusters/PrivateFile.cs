namespace Portal.Clusters;

/// <summary>Files with credentials in them, such as kubeconfigs.</summary>
public static class PrivateFile
{
    /// <summary>
    /// Writes a file that only its owner can read (mode 0600), at no moment otherwise, also in place of one that
    /// others can read. Whoever reads it sees the old text or the new one, never a part.
    /// </summary>
    public static void Write(string path, string text)
    {
        // A link stays a link; the file it leads to is replaced.
        var file =
            (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null)
            ?? Path.GetFullPath(path);
        var temporary = $"{file}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var writer = new StreamWriter(temporary, options)) writer.Write(text);
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Makes a directory that nobody else may enter, or one that is there already so.</summary>
    public static void CreateDirectory(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
