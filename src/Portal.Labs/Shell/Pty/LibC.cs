using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Pty;

/// <summary>The C library calls that a pseudo terminal needs; glibc 2.34 or newer on Linux.</summary>
internal static unsafe partial class LibC
{
    public const int ReadWrite = 2,
        NoControllingTerminal = 0x100,
        NonBlocking = 0x800,
        CloseOnExec = 0x80000;
    public const int GetFlags = 3,
        SetFlags = 4,
        DuplicateCloseOnExec = 1030,
        FlushInput = 0,
        FlushOutput = 1;
    public const short SpawnSetSignalDefault = 0x04,
        SpawnSetSignalMask = 0x08,
        SpawnSetSession = 0x80;
    public const ulong SetWindowSize = 0x5414,
        GetForegroundGroup = 0x540F,
        GetSettings = 0x5401,
        Flush = 0x540B,
        OpenSlave = 0x5441;
    public const int SigHup = 1,
        SigInt = 2,
        SigKill = 9,
        SigTerm = 15,
        SigCont = 18;

    /// <summary>Values of errno.</summary>
    public const int Interrupted = 4, TryAgain = 11;
    public const short PollIn = 1, PollOut = 4;

    /// <summary>In <c>c_lflag</c>: Ctrl-C is a signal, not a character.</summary>
    public const uint SignalKeys = 1;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial int OpenMaster(int flags);

    [LibraryImport(Library, EntryPoint = "grantpt", SetLastError = true)]
    public static partial int GrantSlave(int fd);

    [LibraryImport(Library, EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int UnlockSlave(int fd);

    [LibraryImport(Library, EntryPoint = "ptsname_r", SetLastError = true)]
    public static partial int SlaveName(int fd, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, ulong request, void* argument);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int fd, ulong request, nint argument);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int fd, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, ulong count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport(Library, EntryPoint = "getsid", SetLastError = true)]
    public static partial int GetSession(int process);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitFor(int process, int* status, int options);

    [LibraryImport(Library, EntryPoint = "posix_spawn")]
    public static partial int Spawn(
        int* process,
        byte* path,
        byte* actions,
        byte* attributes,
        byte** arguments,
        byte** environment
    );

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int ActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int ActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addopen")]
    public static partial int ActionsAddOpen(byte* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int ActionsAddDuplicate(byte* actions, int fd, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int ActionsAddCloseFrom(byte* actions, int fd);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int ActionsAddDirectory(byte* actions, byte* path);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSetMask(byte* attributes, byte* set);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetDefault(byte* attributes, byte* set);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    public static partial int SignalsNone(byte* set);

    [LibraryImport(Library, EntryPoint = "sigfillset")]
    public static partial int SignalsAll(byte* set);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>The head of <c>struct termios</c> as the kernel has it; the rest is room.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    public struct TerminalSettings
    {
        public uint Input, Output, Control, Local;
    }

    /// <summary>A copy of a descriptor whose number is none that a child is to have.</summary>
    public static int DuplicateAbove(int fd)
    {
        var copy = Control(fd, DuplicateCloseOnExec, 64);
        return copy >= 0 ? copy : throw LastError("fcntl");
    }

    public static void Check(int result, string call)
    {
        if (result != 0) throw new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(result)}");
    }

    public static IOException LastError(string call) => new($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
}
