using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// A directory that is looked into without a path: whoever writes in it cannot lead elsewhere with a link meanwhile.
/// See <c>fdopendir(3)</c> and <c>statx(2)</c>.
/// </summary>
internal sealed unsafe partial class OpenDirectory : IDisposable
{
    private const int CurrentDirectory = -100,
        LinkItself = 0x100;
    private const uint TypeLinksInodeSizeBlocks = 0x1 | 0x4 | 0x100 | 0x200 | 0x400;

    /// <summary>Beginning of the name in <c>struct dirent</c>.</summary>
    private const int NameOffset = 19;

    private const int WriteOnly = 0x1,
        Create = 0x40,
        Exclusive = 0x80;
    private const uint DirectoryMode = 0x1ED,
        FileMode = 0x1A4;

    private const string Library = "libc";
    private readonly void* _stream;

    private OpenDirectory(void* stream) => _stream = stream;

    /// <summary>Null when it is none, a link, or not there any more.</summary>
    public static OpenDirectory? At(string path) => Open(CurrentDirectory, [.. Encoding.UTF8.GetBytes(path), 0]);

    /// <inheritdoc cref="At"/>
    public OpenDirectory? Enter(Entry entry) => Open(Descriptor(_stream), entry.Name);

    /// <inheritdoc cref="At"/>
    public OpenDirectory? Enter(string name) => Open(Descriptor(_stream), Text(name));

    /// <summary>As <see cref="Enter(string)"/>; made when there is nothing of that name.</summary>
    public OpenDirectory? EnterOrMake(string name)
    {
        fixed (byte* bytes = Text(name)) _ = Make(Descriptor(_stream), bytes, DirectoryMode);
        return Enter(name);
    }

    /// <summary>A plain file of the directory; null when it is none, a link, or not there. Waits for nobody.</summary>
    public SafeFileHandle? OpenFile(string name) => OpenPlain(name, Kernel.FileFlags, 0);

    /// <summary>
    /// A file that was not there before; null when something of that name was, or it may not be made.
    /// </summary>
    public SafeFileHandle? CreateFile(string name) =>
        OpenPlain(name, Kernel.FileFlags | WriteOnly | Create | Exclusive, FileMode);

    /// <summary>Gives a file another name, in the place of what has that name.</summary>
    public bool Rename(string name, string other)
    {
        fixed (byte* from = Text(name), to = Text(other))
            return RenameAt(Descriptor(_stream), from, Descriptor(_stream), to) == 0;
    }

    public void Delete(string name)
    {
        fixed (byte* bytes = Text(name)) _ = Unlink(Descriptor(_stream), bytes, 0);
    }

    /// <summary>What is in it, apart from itself and the one above; gone when somebody deletes it meanwhile.</summary>
    public IEnumerable<Entry> Entries()
    {
        while (Next() is { } entry)
        {
            if (entry.Name is not ([(byte)'.', 0] or [(byte)'.', (byte)'.', 0])) yield return entry;
        }
    }

    public void Dispose() => _ = Close(_stream);

    private Entry? Next()
    {
        while (true)
        {
            var read = Read(_stream);
            if (read is null) return null;
            byte[] name = [.. MemoryMarshal.CreateReadOnlySpanFromNullTerminated(read + NameOffset), 0];
            var status = stackalloc uint[64];
            int result;
            fixed (byte* bytes = name)
                result = Status(Descriptor(_stream), bytes, LinkItself, TypeLinksInodeSizeBlocks, status);
            if (result != 0) continue;
            return new Entry(
                name,
                (status[7] & 0xF000) == 0x4000,
                (status[7] & 0xF000) == 0x8000,
                *(long*)(status + 10),
                *(long*)(status + 12) * 512,
                status[4],
                *(ulong*)(status + 8),
                *(ulong*)(status + 34));
        }
    }

    private SafeFileHandle? OpenPlain(string name, int flags, uint mode)
    {
        int fd;
        fixed (byte* bytes = Text(name)) fd = OpenAt(Descriptor(_stream), bytes, flags, mode);
        if (fd < 0) return null;
        var handle = new SafeFileHandle(fd, ownsHandle: true);
        if (Kernel.IsFile(handle)) return handle;
        handle.Dispose();
        return null;
    }

    private static byte[] Text(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    private static OpenDirectory? Open(int directory, ReadOnlySpan<byte> name)
    {
        int fd;
        fixed (byte* bytes = name) fd = OpenAt(directory, bytes, Kernel.DirectoryFlags, 0);
        if (fd < 0) return null;
        var stream = FromDescriptor(fd);
        if (stream is not null) return new OpenDirectory(stream);
        _ = LibC.Close(fd);
        return null;
    }

    [LibraryImport(Library, EntryPoint = "openat")]
    private static partial int OpenAt(int directory, byte* name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdirat")]
    private static partial int Make(int directory, byte* name, uint mode);

    [LibraryImport(Library, EntryPoint = "renameat")]
    private static partial int RenameAt(int directory, byte* name, int otherDirectory, byte* otherName);

    [LibraryImport(Library, EntryPoint = "unlinkat")]
    private static partial int Unlink(int directory, byte* name, int flags);

    [LibraryImport(Library, EntryPoint = "statx")]
    private static partial int Status(int directory, byte* name, int flags, uint mask, uint* status);

    [LibraryImport(Library, EntryPoint = "fdopendir")]
    private static partial void* FromDescriptor(int fd);

    [LibraryImport(Library, EntryPoint = "dirfd")]
    private static partial int Descriptor(void* stream);

    [LibraryImport(Library, EntryPoint = "readdir")]
    private static partial byte* Read(void* stream);

    [LibraryImport(Library, EntryPoint = "closedir")]
    private static partial int Close(void* stream);

    /// <param name="Name">As it is on the disk, which may be no text; ends with zero.</param>
    /// <param name="Allocated">Bytes on the disk, of which a file with holes has fewer than it is long.</param>
    public sealed record Entry(
        byte[] Name,
        bool IsDirectory,
        bool IsFile,
        long Length,
        long Allocated,
        uint Links,
        ulong Inode,
        ulong Device
    )
    {
        public string Text => Encoding.UTF8.GetString(Name.AsSpan(0, Name.Length - 1));
    }
}
