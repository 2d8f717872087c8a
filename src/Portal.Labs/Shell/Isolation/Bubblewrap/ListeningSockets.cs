using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// The TCP ports that are listened on in the network where this was made (<c>sock_diag(7)</c>). The kernel looks at the
/// sockets that listen only; for a line of <c>/proc/net/tcp</c> it walks the table of every connection of the machine.
/// Not thread-safe.
/// </summary>
internal sealed unsafe partial class ListeningSockets : IDisposable
{
    private const int Netlink = 16, Raw = 3 | 0x80000 /* SOCK_CLOEXEC */, SocketDiagnosis = 4;
    private const ushort ByFamily = 20, Failed = 2, Done = 3, Dump = 0x301;
    private const int HeaderSize = 16, RequestSize = HeaderSize + 56;
    private const byte Tcp = 6;
    private const uint Listening = 1 << 10;
    private const int PortOffset = HeaderSize + 4;

    private readonly SafeFileHandle _socket;
    private readonly byte[] _buffer = new byte[32 * 1024];

    public ListeningSockets()
    {
        var fd = Socket(Netlink, Raw, SocketDiagnosis);
        if (fd < 0) throw LibC.LastError("socket");
        _socket = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <exception cref="IOException">The kernel does not tell.</exception>
    public IReadOnlyCollection<int> Ports()
    {
        SortedSet<int> ports = [];
        foreach (var family in (byte[])[2, 10])
        {
            Ask(family);
            while (Read(ports)) { }
        }
        return ports;
    }

    public void Dispose() => _socket.Dispose();

    private void Ask(byte family)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        MemoryMarshal.Write(request, RequestSize);
        MemoryMarshal.Write(request[4..], ByFamily);
        MemoryMarshal.Write(request[6..], Dump);
        request[HeaderSize] = family;
        request[HeaderSize + 1] = Tcp;
        MemoryMarshal.Write(request[(HeaderSize + 4)..], Listening);
        fixed (byte* bytes = request)
            if (Send((int)_socket.DangerousGetHandle(), bytes, RequestSize, 0) < 0)
                throw LibC.LastError("send");
    }

    /// <returns>Whether there is more.</returns>
    private bool Read(SortedSet<int> ports)
    {
        int length;
        fixed (byte* bytes = _buffer)
            length = (int)Receive((int)_socket.DangerousGetHandle(), bytes, _buffer.Length, 0);
        if (length < 0) throw LibC.LastError("recv");
        var left = _buffer.AsSpan(0, length);
        while (left.Length >= HeaderSize)
        {
            var size = MemoryMarshal.Read<int>(left);
            switch (MemoryMarshal.Read<ushort>(left[4..]))
            {
                case Done: return false;
                case Failed: throw new IOException("The kernel does not tell which sockets listen.");
                case ByFamily: ports.Add(BinaryPrimitives.ReadUInt16BigEndian(left[PortOffset..])); break;
            }
            left = left[Math.Min((size + 3) & ~3, left.Length)..];
        }
        return true;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* bytes, nint length, int flags);
}
