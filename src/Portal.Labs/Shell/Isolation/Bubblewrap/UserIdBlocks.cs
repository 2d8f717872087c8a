using System.Globalization;
using Portal.Clusters;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// Blocks of the machine's user ids. Each portal that is root has one of its own while it runs, or two portals would
/// give the same id to different learners. Thread-safe.
/// </summary>
/// <param name="locks">A directory for all portals of the machine and nobody else; a block whose file is locked is
/// taken, and free again when the portal has ended, however it did.</param>
internal sealed class UserIdBlocks(string locks) : IDisposable
{
    /// <summary>Where ids begin that no system gives to people or services, before systemd's for containers.</summary>
    public const uint First = 200_000;

    /// <summary>How many workspaces a portal can keep apart.</summary>
    public const uint Size = 20_000;
    public const uint Count = 16;

    private readonly Lock _gate = new();
    private FileStream? _lock;
    private uint? _taken;

    public static UserIdBlocks OfThisMachine { get; } = new("/run/portal");

    /// <summary>The first id of this portal's block; the same each time.</summary>
    /// <param name="before">An id that it has given earlier; its block is taken again when it is free.</param>
    /// <exception cref="WorkspaceException">All are taken.</exception>
    public uint Take(uint? before)
    {
        lock (_gate) return _taken ??= First + Size * TakeOne(before is { } id ? (id - First) / Size : 0);
    }

    public void Dispose() => _lock?.Dispose();

    private uint TakeOne(uint wanted)
    {
        try
        {
            PrivateFile.CreateDirectory(locks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container with a file system of its own, where there is no other portal.
            return wanted;
        }
        for (var i = 0u; i < Count; i++)
        {
            var block = (wanted + i) % Count;
            try
            {
                _lock = new FileStream(
                    Path.Combine(locks, string.Create(CultureInfo.InvariantCulture, $"users-{First + Size * block}")),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None);
                return block;
            }
            catch (IOException)
            {
                // Another portal's.
            }
        }
        throw new WorkspaceException(
            $"There are {Count} portals on this machine already, and no user ids for the workspaces of one more.",
            "Stop one of them, or run this one in a container.");
    }
}
