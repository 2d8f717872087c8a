using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// Between bubblewrap and the portal while a shell starts: it tells the id of the first process, waits to be let on,
/// and
/// reads the filter of system calls.
/// </summary>
internal sealed class StartGate : IDisposable
{
    private readonly SafeFileHandle _told;
    private readonly SafeFileHandle _letOn;

    public StartGate()
    {
        var (infoRead, infoWrite) = Kernel.Pipe();
        var (blockRead, blockWrite) = Kernel.Pipe();
        _told = new SafeFileHandle(infoRead, ownsHandle: true);
        _letOn = new SafeFileHandle(blockWrite, ownsHandle: true);
        ChildEnds = [infoWrite, blockRead, Kernel.PipeOf(SeccompFilter.Build(SystemCalls.OfThisMachine!))];
    }

    /// <summary>
    /// For <c>--info-fd</c>, <c>--block-fd</c> and <c>--seccomp</c>; whoever starts the child closes them.
    /// </summary>
    public IReadOnlyList<int> ChildEnds { get; }

    /// <summary>Blocks until bubblewrap has made the namespaces.</summary>
    /// <exception cref="IOException">It ended before it had.</exception>
    public int WaitForInit()
    {
        using var stream = new FileStream(_told, FileAccess.Read, 0);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        try
        {
            return JsonDocument.Parse(text).RootElement.GetProperty("child-pid").GetInt32();
        }
        catch (JsonException)
        {
            throw new IOException("bubblewrap ended before the workspace was there.");
        }
    }

    public void Open()
    {
        using var stream = new FileStream(_letOn, FileAccess.Write, 0);
        stream.WriteByte(1);
    }

    public void Dispose()
    {
        _told.Dispose();
        _letOn.Dispose();
    }
}
