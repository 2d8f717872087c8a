using System.Security.Cryptography;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>/dev/null, zero, full and urandom.</summary>
internal sealed class DeviceFile(string path) : OpenFile
{
    public static bool Is(string path) =>
        path is "/dev/null" or "/dev/zero" or "/dev/full" or "/dev/random" or "/dev/urandom";

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (path == "/dev/null") return new(0);
        if (path is "/dev/random" or "/dev/urandom") RandomNumberGenerator.Fill(buffer.Span);
        else buffer.Span.Clear();
        return new(buffer.Length);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        path == "/dev/full" ? throw new FileException(ContainerFiles.NoSpace) : default;
}
