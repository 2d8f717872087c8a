using System.Text;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>
/// Reads what a learner's process wrote, who may have put a link, a pipe or far too much in its place.
/// </summary>
internal static class ForeignFile
{
    private const int Most = 64 * 1024;

    /// <summary>The first 64 KiB.</summary>
    /// <exception cref="IOException">It is not there, or is no plain file.</exception>
    public static string ReadText(string path)
    {
        using var handle = new SafeFileHandle(Kernel.OpenToRead(path), ownsHandle: true);
        if (!Kernel.IsFile(handle)) throw new IOException($"{path} is not a file.");
        var bytes = new byte[Most];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(handle, bytes, 0));
    }
}
