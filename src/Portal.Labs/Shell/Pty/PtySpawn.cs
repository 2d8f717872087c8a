using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Pty;

/// <summary>Starts a child on the slave side with posix_spawn: no managed code runs between fork and exec.</summary>
internal static unsafe class PtySpawn
{
    /// <summary>Room for glibc's opaque spawn and signal-set structures, several times their size.</summary>
    private const int OpaqueSize = 1024;

    public static int OpenMaster(int columns, int rows)
    {
        var master = LibC.OpenMaster(LibC.ReadWrite | LibC.NoControllingTerminal | LibC.CloseOnExec);
        if (master < 0) throw LibC.LastError("posix_openpt");
        try
        {
            if (LibC.GrantSlave(master) != 0) throw LibC.LastError("grantpt");
            if (LibC.UnlockSlave(master) != 0) throw LibC.LastError("unlockpt");
            Resize(master, columns, rows);
            // A terminal whose program does not read must not hold up whoever types into it.
            if (LibC.Control(master, LibC.SetFlags, LibC.Control(master, LibC.GetFlags, 0) | LibC.NonBlocking) != 0)
                throw LibC.LastError("fcntl");
            return master;
        }
        catch
        {
            _ = LibC.Close(master);
            throw;
        }
    }

    public static void Resize(int master, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        if (LibC.Ioctl(master, LibC.SetWindowSize, size) != 0) throw LibC.LastError("TIOCSWINSZ");
    }

    /// <returns>Process id of the child, the leader of a new session whose terminal is the slave.</returns>
    public static int Start(int master, PtyStartInfo info)
    {
        var slave = stackalloc byte[128];
        if (LibC.SlaveName(master, slave, 128) != 0) throw LibC.LastError("ptsname_r");
        var actions = (byte*)NativeMemory.AllocZeroed(OpaqueSize);
        var attributes = (byte*)NativeMemory.AllocZeroed(OpaqueSize);
        var signals = (byte*)NativeMemory.AllocZeroed(OpaqueSize);
        var arguments = NativeStrings.Of([info.File, .. info.Arguments]);
        var environment = NativeStrings.Of([.. info.Environment.Select(e => $"{e.Key}={e.Value}")]);
        var files = info.Files.Select(LibC.DuplicateAbove).ToArray();
        var path = Marshal.StringToCoTaskMemUTF8(info.File);
        var directory = Marshal.StringToCoTaskMemUTF8(info.Directory);
        try
        {
            LibC.Check(LibC.ActionsInit(actions), "posix_spawn_file_actions_init");
            LibC.Check(LibC.AttributesInit(attributes), "posix_spawnattr_init");
            // The session leader opens the terminal without O_NOCTTY, which makes it the controlling terminal.
            LibC.Check(LibC.ActionsAddOpen(actions, 0, slave, LibC.ReadWrite, 0), "addopen");
            LibC.Check(LibC.ActionsAddDuplicate(actions, 0, 1), "adddup2");
            LibC.Check(LibC.ActionsAddDuplicate(actions, 0, 2), "adddup2");
            for (var i = 0; i < files.Length; i++)
                LibC.Check(LibC.ActionsAddDuplicate(actions, files[i], 3 + i), "adddup2");
            LibC.Check(LibC.ActionsAddCloseFrom(actions, 3 + files.Length), "addclosefrom_np");
            LibC.Check(LibC.ActionsAddDirectory(actions, (byte*)directory), "addchdir_np");
            _ = LibC.SignalsNone(signals);
            LibC.Check(LibC.AttributesSetMask(attributes, signals), "setsigmask");
            // .NET ignores SIGPIPE, and an ignored signal would survive exec.
            _ = LibC.SignalsAll(signals);
            LibC.Check(LibC.AttributesSetDefault(attributes, signals), "setsigdefault");
            LibC.Check(LibC.AttributesSetFlags(attributes, LibC.SpawnSetSession | LibC.SpawnSetSignalDefault | LibC.SpawnSetSignalMask), "setflags");
            int process;
            LibC.Check(LibC.Spawn(&process, (byte*)path, actions, attributes, arguments, environment), $"posix_spawn {info.File}");
            return process;
        }
        finally
        {
            _ = LibC.ActionsDestroy(actions);
            _ = LibC.AttributesDestroy(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
            NativeMemory.Free(signals);
            foreach (var file in files) _ = LibC.Close(file);
            NativeStrings.Free(arguments);
            NativeStrings.Free(environment);
            Marshal.FreeCoTaskMem(path);
            Marshal.FreeCoTaskMem(directory);
        }
    }
}
