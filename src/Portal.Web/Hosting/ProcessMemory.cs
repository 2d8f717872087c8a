using System.Runtime.InteropServices;

namespace Portal.Web.Hosting;

/// <summary>What other processes of the same user may do to this one.</summary>
internal static partial class ProcessMemory
{
    private const int SetDumpable = 4;

    /// <summary>
    /// Lets no other process of this user read the portal's memory, environment or files through /proc or a debugger:
    /// keys and secrets are there, and learners' shells may run as the same user. Linux only; children decide anew.
    /// </summary>
    public static void Protect()
    {
        if (OperatingSystem.IsLinux())
            _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
