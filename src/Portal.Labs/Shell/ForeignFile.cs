using System.Text;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>
/// Reads what a learner's process wrote, who may have put a link, a pipe or far too much in its place.
/// </summary>
public static class ForeignFile
{
    private const int Most = 64 * 1024;

    /// <summary>The whole of a plain file; waits for nobody at a pipe's other end.</summary>
    /// <exception cref="IOException">It is not there, or is no plain file.</exception>
    public static FileStream OpenRead(string path)
    {
        if (OperatingSystem.IsWindows()) return File.OpenRead(path);
        var handle = new SafeFileHandle(Kernel.OpenToRead(path), ownsHandle: true);
        if (Kernel.IsFile(handle)) return new FileStream(handle, FileAccess.Read);
        handle.Dispose();
        throw new IOException($"{path} is not a file.");
    }

    /// <summary>The first 64 KiB.</summary>
    /// <exception cref="IOException">It is not there, or is no plain file.</exception>
    public static string ReadText(string path)
    {
        using var file = OpenRead(path);
        var bytes = new byte[Most];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file.SafeFileHandle, bytes, 0));
    }
}
