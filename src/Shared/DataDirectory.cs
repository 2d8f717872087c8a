using System.Globalization;

namespace Portal.Shared;

/// <summary>
/// Where a portal keeps what must survive a restart, and that one process at a time works there: two on one SQLite
/// file, or on the results that wait to be saved, would undo each other's work. Compiled into each project that needs
/// it.
/// </summary>
internal static class DataDirectory
{
    public const string Database = "portal.db";
    public const string Keys = "keys";
    public const string Unsaved = "unsaved";
    public const string Workspaces = "workspaces";
    public const string Clusters = "clusters";

    private const string LockFile = "portal.lock";

    // Beside the lock, because nobody can read what is locked.
    private const string HolderFile = "portal.holder";

    /// <summary><c>portal</c> below the user's state directory; null where there is none.</summary>
    public static string? Default()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (!string.IsNullOrEmpty(state)) return Path.Combine(state, "portal");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".local", "state", "portal") : null;
    }

    /// <summary>Keeps other processes out until disposed, or until this process ends, however it does.</summary>
    /// <exception cref="DirectoryInUseException">Another process works there.</exception>
    public static IDisposable Lock(string directory)
    {
        var holder = Path.Combine(directory, HolderFile);
        FileStream file;
        try
        {
            file = new FileStream(
                Path.Combine(directory, LockFile),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            var who = File.Exists(holder) ? File.ReadAllText(holder) : "another process";
            throw new DirectoryInUseException(
                $"{who} works in '{directory}', and only one process may. Stop it, or set Portal:Data:Directory to "
                    + "another directory.",
                e
            );
        }
        File.WriteAllText(
            holder,
            string.Create(CultureInfo.InvariantCulture, $"Process {Environment.ProcessId} on {Environment.MachineName}")
        );
        return file;
    }
}

/// <summary>The message is for an operator.</summary>
internal sealed class DirectoryInUseException(string message, Exception inner) : Exception(message, inner);
