using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// The Linux calls that workspaces and their walls need besides a terminal's; see the manual pages of the same names.
/// </summary>
internal static unsafe partial class Kernel
{
    public const int NewMounts = 0x00020000,
        NewNetwork = 0x40000000;
    public const ulong Bind = 4096,
        Recursive = 16384,
        Private = 1 << 18;

    private const int CloseOnExec = 0x80000;

    // asm/fcntl.h: Arm has other numbers.
    private static readonly bool s_isArm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
    private static readonly int s_noFollow = s_isArm ? 0x8000 : 0x20000;
    private static readonly int s_readOnlyFlags =
        CloseOnExec | s_noFollow | LibC.NonBlocking | LibC.NoControllingTerminal;

    /// <summary>For opening what must be a file itself.</summary>
    public static readonly int FileFlags = s_readOnlyFlags;

    /// <summary>For opening what must be a directory itself.</summary>
    public static readonly int DirectoryFlags = s_readOnlyFlags | (s_isArm ? 0x4000 : 0x10000);

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int fd, int type);

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int fd, uint mode);

    [LibraryImport(Library, EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, uint* status);

    [LibraryImport(Library, EntryPoint = "execve", SetLastError = true)]
    private static partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);

    [LibraryImport(Library, EntryPoint = "setfsgid")]
    private static partial int SetFileGroup(uint group);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint UserId();

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    /// <summary>The calling thread gets a view of the file system of its own, whose mounts nobody else sees.</summary>
    public static void LeaveMounts()
    {
        Check(Unshare(NewMounts), "unshare");
        Check(Mount("none", "/", null, Private | Recursive, null), "mount --make-rprivate /");
    }

    /// <summary>The calling thread enters the namespace behind an open descriptor.</summary>
    public static void Enter(SafeHandle name, int type)
    {
        var held = false;
        try
        {
            name.DangerousAddRef(ref held);
            Check(SetNamespace((int)name.DangerousGetHandle(), type), "setns");
        }
        finally
        {
            if (held) name.DangerousRelease();
        }
    }

    public static void MountTemporary(string target, string data) =>
        Check(Mount("portal", target, "tmpfs", 0, data), $"mount tmpfs {target}");

    public static void BindMount(string source, string target) =>
        Check(Mount(source, target, null, Bind | Recursive, null), $"mount --bind {source}");

    /// <summary>
    /// From now on the calling thread has a user's rights to files and no others; see <c>setfsuid(2)</c>.
    /// </summary>
    public static void UseFilesAs(uint user)
    {
        // They tell what was before; what is now tells whether it was done.
        _ = SetFileGroup(user);
        _ = SetFileUser(user);
        if (SetFileGroup(uint.MaxValue) != (int)user || SetFileUser(uint.MaxValue) != (int)user)
            throw new IOException($"The portal may not use files as user {user}.");
    }

    /// <summary>Replaces this process, all its threads too, by another program. Returns only when that fails.</summary>
    /// <param name="command">The program's path, then its arguments.</param>
    public static void Execute(string[] command, IEnumerable<string> environment)
    {
        var arguments = NativeStrings.Of(command);
        var variables = NativeStrings.Of([.. environment]);
        _ = Execute(arguments[0], arguments, variables);
        NativeStrings.Free(arguments);
        NativeStrings.Free(variables);
    }

    /// <summary>The two ends of a pipe, which no child inherits by accident.</summary>
    public static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        Check(Pipe(ends, CloseOnExec), "pipe2");
        return (ends[0], ends[1]);
    }

    /// <summary>The end to read of a pipe that holds these bytes and no more; they fit into it.</summary>
    public static int PipeOf(ReadOnlySpan<byte> content)
    {
        var (read, write) = Pipe();
        fixed (byte* bytes = content)
        {
            var written = LibC.Write(write, bytes, content.Length);
            _ = LibC.Close(write);
            // Who is handed it may be somebody else, and bash opens what it has open already.
            if (written == content.Length && ChangeMode(read, 0x124) == 0) return read;
        }
        _ = LibC.Close(read);
        throw LibC.LastError("write");
    }

    /// <summary>Changes the owner of a file, or of a link itself.</summary>
    public static void ChangeOwner(string path, uint user) => Check(ChangeOwner(path, user, user), $"chown {path}");

    /// <summary>Opens what must be a file itself, not a link that somebody put in its place; never waits.</summary>
    public static int OpenToRead(string path, bool follow = false)
    {
        var fd = Open(path, follow ? s_readOnlyFlags & ~s_noFollow : s_readOnlyFlags);
        return fd >= 0 ? fd : throw LibC.LastError($"open {path}");
    }

    /// <summary>The owner of a file or directory.</summary>
    public static uint OwnerOf(string path)
    {
        // struct statx: mask, block size, attributes, links, user.
        var status = stackalloc uint[64];
        Check(Status(-100, path, 0x100, 0x8, status), $"stat {path}");
        return status[5];
    }

    /// <summary>Whether what is open is a plain file: no directory, pipe or device.</summary>
    public static bool IsFile(SafeHandle handle)
    {
        // … group, mode.
        var status = stackalloc uint[64];
        Check(Status((int)handle.DangerousGetHandle(), "", 0x1000, 0x1, status), "stat");
        return (status[7] & 0xF000) == 0x8000;
    }

    private static void Check(int result, string call)
    {
        if (result != 0) throw LibC.LastError(call);
    }
}
