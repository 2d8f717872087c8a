using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// A way for one process to say something that no other process can say in its place: a socket whose messages the
/// kernel marks with their sender (unix(7), SCM_CREDENTIALS). Who spoke first is who is believed. There is no secret to
/// find out, so it does not matter that programs inherit the socket. Not thread-safe.
/// </summary>
internal sealed unsafe partial class SealedChannel : IDisposable
{
    private const int Unix = 1,
        Packets = 5,
        CloseOnExec = 0x80000,
        SocketLevel = 1,
        PassCredentials = 16,
        Credentials = 2,
        DoNotWait = 0x40;

    /// <summary>Of what was said and not asked for; older words are forgotten.</summary>
    private const int KeptMessages = 16;
    private const int MessageSize = 256;

    private readonly SafeFileHandle _end;
    private readonly Queue<string> _said = new();
    private int _speaker;

    public SealedChannel()
    {
        var ends = stackalloc int[2];
        if (SocketPair(Unix, Packets | CloseOnExec, 0, ends) != 0) throw LibC.LastError("socketpair");
        _end = new SafeFileHandle(ends[0], ownsHandle: true);
        ChildEnd = ends[1];
        var yes = 1;
        if (SetOption(ends[0], SocketLevel, PassCredentials, &yes, sizeof(int)) == 0) return;
        _end.Dispose();
        _ = LibC.Close(ChildEnd);
        throw LibC.LastError("setsockopt");
    }

    /// <summary>For the child; whoever starts it closes it.</summary>
    public int ChildEnd { get; }

    /// <summary>Whether the process that spoke first has said this. What it said before that is forgotten.</summary>
    public bool WasSaid(string message)
    {
        while (Receive() is { } heard)
        {
            if (heard.Process == 0) continue;
            if (_speaker == 0) _speaker = heard.Process;
            if (heard.Process != _speaker) continue;
            if (_said.Count == KeptMessages) _said.Dequeue();
            _said.Enqueue(heard.Text);
        }
        // What is asked for may be somebody's invention while the truth waits already.
        if (!_said.Contains(message)) return false;
        while (_said.Dequeue() != message) { }
        return true;
    }

    public void Dispose() => _end.Dispose();

    /// <returns>Null when nothing waits.</returns>
    private (int Process, string Text)? Receive()
    {
        var text = stackalloc byte[MessageSize];
        var control = stackalloc ulong[8];
        var vector = new Vector { Start = text, Length = MessageSize };
        var header = new MessageHeader
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = 8 * sizeof(ulong),
        };
        nint length;
        do length = ReceiveMessage((int)_end.DangerousGetHandle(), &header, DoNotWait);
        while (length < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        if (length <= 0) return null;
        var first = (ControlHeader*)control;
        var isNamed = header.ControlLength >= (nuint)sizeof(ControlHeader)
            && first->Level == SocketLevel
            && first->Type == Credentials;
        return (isNamed ? first->Process : 0, Encoding.UTF8.GetString(text, (int)length));
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int fd, MessageHeader* header, int flags);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct cmsghdr</c>, and the <c>struct ucred</c> after it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Process;
        public uint User;
        public uint Group;
    }
}
