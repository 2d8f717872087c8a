using Portal.Sandbox;

namespace Portal.Clusters.Sandbox;

/// <summary>
/// Tools and samples that workspaces are given, in a temporary directory of this process. What processes left that were
/// killed is deleted by the next: a lock that nobody holds tells.
/// </summary>
internal sealed class SandboxFiles : IDisposable
{
    private const string Prefix = "portal-sandbox-";
    private const string LockFile = "lock";

    private readonly string _directory;
    private readonly FileStream _lock;

    public SandboxFiles()
    {
        DeleteAbandoned();
        _directory = Directory.CreateTempSubdirectory(Prefix).FullName;
        _lock = Lock(_directory, FileMode.CreateNew);
        SandboxTools.WriteLaunchers(Directory.CreateDirectory(Tools).FullName);
        SandboxTools.WriteDistribution(Directory.CreateDirectory(Workspace).FullName);
    }

    public string Tools => Path.Combine(_directory, "tools");

    /// <summary>What each workspace begins with.</summary>
    public string Workspace => Path.Combine(_directory, "workspace");

    public void Dispose()
    {
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
        _lock.Dispose();
    }

    private static FileStream Lock(string directory, FileMode mode) =>
        new(Path.Combine(directory, LockFile), mode, FileAccess.ReadWrite, FileShare.None);

    private static void DeleteAbandoned()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                using (Lock(directory, FileMode.Open)) Directory.Delete(directory, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody's, or just being made.
            }
        }
    }
}
