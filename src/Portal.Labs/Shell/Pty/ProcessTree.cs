using System.Globalization;
using System.Text;

namespace Portal.Labs.Shell.Pty;

/// <summary>Finds and ends processes that a workspace left behind.</summary>
internal static class ProcessTree
{
    /// <summary>Bounds the chase of processes that fork faster than they are found.</summary>
    private const int MostLooks = 50;

    /// <summary>Job control puts each job in a group of its own: every process of the session is killed.</summary>
    public static void KillSession(int session)
    {
        foreach (var process in Running().Where(p => LibC.GetSession(p) == session)) _ = LibC.Kill(process, LibC.SigKill);
    }

    /// <summary>Kills what left the session (setsid, nohup) too: a workspace's processes carry its variable in their environment.</summary>
    public static void KillByVariable(string name, string value)
    {
        var wanted = Encoding.UTF8.GetBytes($"{name}={value}\0");
        // A process that starts another program has no environment for a moment, and one may have been forked behind
        // the look's back: only two looks in a row that find nothing are the end.
        for (int looks = 0, clean = 0; clean < 2 && looks < MostLooks; looks++)
        {
            var found = Running().Where(p => Holds(p, wanted)).ToList();
            found.ForEach(p => _ = LibC.Kill(p, LibC.SigKill));
            clean = found.Count == 0 ? clean + 1 : 0;
        }
    }

    /// <summary>The process that is known by an id in the process namespace of another one, or null.</summary>
    public static int? InNamespaceOf(int member, int id)
    {
        var wanted = Namespace(member);
        return Running()
            .Where(p => wanted is not null && Namespace(p) == wanted && IdInside(p) == id)
            .Select(p => (int?)p)
            .FirstOrDefault();
    }

    private static string? Namespace(int process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process}/ns/pid", returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it ended, or belongs to someone else
        }
    }

    private static int IdInside(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status")
                .First(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
            return int.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    /// <summary>How many processes a proc file system shows; 0 when it is gone.</summary>
    public static int CountIn(string proc)
    {
        try
        {
            return Directory.EnumerateDirectories(proc).Count(d => char.IsAsciiDigit(Path.GetFileName(d)[0]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static IEnumerable<int> Running() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && id != Environment.ProcessId);

    private static bool Holds(int process, byte[] wanted)
    {
        try
        {
            var environment = File.ReadAllBytes($"/proc/{process}/environ").AsSpan();
            for (int at; (at = environment.IndexOf(wanted)) >= 0; environment = environment[(at + 1)..])
            {
                if (at == 0 || environment[at - 1] == 0) return true;
            }
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended, or belongs to someone else
        }
    }
}
