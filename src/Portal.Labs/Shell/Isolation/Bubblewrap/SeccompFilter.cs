using System.Buffers.Binary;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// The system calls that a workspace's processes may not make, as a program for the kernel
/// (<c>Documentation/userspace-api/seccomp_filter.rst</c>). What is refused fails with EPERM and harms nobody.
/// </summary>
internal static class SeccompFilter
{
    private const ushort Load = 0x20, // BPF_LD | BPF_W | BPF_ABS
        Equal = 0x15, // BPF_JMP | BPF_JEQ | BPF_K
        AtLeast = 0x35, // BPF_JMP | BPF_JGE | BPF_K
        AnyBit = 0x45, // BPF_JMP | BPF_JSET | BPF_K
        Return = 0x06; // BPF_RET | BPF_K

    private const uint Allow = 0x7FFF0000,
        KillProcess = 0x80000000,
        Errno = 0x00050000,
        NotPermitted = 1,
        NotImplemented = 38,
        FamilyNotSupported = 97;

    /// <summary>Offsets in <c>struct seccomp_data</c>; the low half of an argument on little-endian machines.</summary>
    private const uint Number = 0, Architecture = 4, FirstArgument = 16, SecondArgument = 24;

    /// <summary><c>CLONE_NEWNS | …CGROUP | …UTS | …IPC | …USER | …PID | …NET | …TIME</c>.</summary>
    private const uint NewNamespaces = 0x00020000 | 0x7E000000 | 0x80;

    /// <summary>Calls of the other ABI of an x86-64 machine (x32) have this bit, and would pass by number.</summary>
    private const uint OtherAbi = 0x40000000;

    /// <summary>Requests that type into a terminal, or reach the console: TIOCSTI, TIOCLINUX.</summary>
    private static readonly uint[] s_requests = [0x5412, 0x541C];

    /// <summary>AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK for programs that list their addresses.</summary>
    private static readonly uint[] s_families = [1, 2, 10, 16];

    /// <summary>The program: an array of <c>struct sock_filter</c>.</summary>
    public static byte[] Build(SystemCalls calls)
    {
        var program = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            (Load, 0, 0, Architecture),
            (Equal, 1, 0, calls.Architecture),
            (Return, 0, 0, KillProcess),
            (Load, 0, 0, Number),
            (AtLeast, 0, 1, OtherAbi),
            (Return, 0, 0, Errno | NotImplemented),
        };
        foreach (var call in calls.Refused)
        {
            program.Add((Equal, 0, 1, (uint)call));
            program.Add((Return, 0, 0, Errno | NotPermitted));
        }
        // Its flags are in memory, where a filter cannot look: the C library falls back to clone.
        program.Add((Equal, 0, 1, (uint)calls.CloneNew));
        program.Add((Return, 0, 0, Errno | NotImplemented));

        program.Add((Equal, 0, 4, (uint)calls.CloneOld));
        program.Add((Load, 0, 0, FirstArgument));
        program.Add((AnyBit, 0, 1, NewNamespaces));
        program.Add((Return, 0, 0, Errno | NotPermitted));
        program.Add((Return, 0, 0, Allow));

        Arguments(calls.Socket, FirstArgument, s_families, Allow, Errno | FamilyNotSupported);
        Arguments(calls.Ioctl, SecondArgument, s_requests, Errno | NotPermitted, Allow);
        program.Add((Return, 0, 0, Allow));

        var bytes = new byte[program.Count * 8];
        for (var i = 0; i < program.Count; i++)
        {
            var at = bytes.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(at, program[i].Code);
            at[2] = program[i].True;
            at[3] = program[i].False;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], program[i].Value);
        }
        return bytes;

        void Arguments(int call, uint argument, uint[] values, uint listed, uint others)
        {
            program.Add((Equal, 0, (byte)(2 * values.Length + 2), (uint)call));
            program.Add((Load, 0, 0, argument));
            foreach (var value in values)
            {
                program.Add((Equal, 0, 1, value));
                program.Add((Return, 0, 0, listed));
            }
            program.Add((Return, 0, 0, others));
        }
    }
}
