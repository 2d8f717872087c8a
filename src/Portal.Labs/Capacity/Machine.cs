using System.Globalization;

namespace Portal.Labs.Capacity;

/// <summary>What this process and the machine around it use, and what is left. Thread-safe.</summary>
public interface IMachine
{
    MachineState Read();
}

/// <summary>A reading. Memory in bytes; processor time since the start of the process, or of the machine.</summary>
/// <param name="Memory">What the portal may use: the machine's, or the limit of its control group.</param>
/// <param name="MemoryAvailable">What of it could be taken now without swapping.</param>
/// <param name="IsLimited">Whether a control group allows less than the machine has.</param>
/// <param name="PortalMemory">Resident memory of this process.</param>
/// <param name="ProgramMemory">What the processes below this one do not share: shells and what runs in them.</param>
/// <param name="PortalTime">Processor time of this process.</param>
/// <param name="BusyTime">Processor time of all processes of the machine, over all its processors.</param>
public sealed record MachineState(
    long Memory,
    long MemoryAvailable,
    bool IsLimited,
    double Processors,
    long PortalMemory,
    long ProgramMemory,
    TimeSpan PortalTime,
    TimeSpan BusyTime
);

/// <summary>Reads Linux's own accounts, those of control groups of both versions included.</summary>
/// <param name="proc"><c>/proc</c>.</param>
/// <param name="groups"><c>/sys/fs/cgroup</c>.</param>
internal sealed class Machine(string proc, string groups) : IMachine
{
    private const int PageSize = 4096;
    private const double TicksPerSecond = 100;

    public static Machine This { get; } = new("/proc", "/sys/fs/cgroup");

    public MachineState Read()
    {
        var lines = Lines("meminfo");
        var (memory, available) = (Kibibytes(lines, "MemTotal:"), Kibibytes(lines, "MemAvailable:"));
        var limited = false;
        foreach (var (limit, used) in GroupLimits())
        {
            if (limit < memory) (memory, limited) = (limit, true);
            available = Math.Min(available, Math.Max(0, limit - used));
        }
        return new(
            memory,
            available,
            limited,
            Environment.ProcessorCount,
            Resident(Environment.ProcessId).All,
            Descendants(Environment.ProcessId).Sum(p => Resident(p).Own),
            Environment.CpuUsage.TotalTime,
            BusyTime()
        );
    }

    /// <summary>
    /// Limit and use of each control group that this process is in, outer ones too. What the kernel can drop at once is
    /// not in use.
    /// </summary>
    private IEnumerable<(long Limit, long Used)> GroupLimits()
    {
        foreach (var line in Lines("self/cgroup"))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            var unified = controllers.Length == 0;
            if (!unified && !controllers.Split(',').Contains("memory")) continue;
            var root = unified ? groups : Path.Combine(groups, "memory");
            // A container may see itself as the root and still be told its path outside.
            for (var at = path.Trim('/'); ; at = Path.GetDirectoryName(at) ?? "")
            {
                var directory = Path.Combine(root, at);
                if (
                    Number(directory, unified ? "memory.max" : "memory.limit_in_bytes") is { } limit
                    && Number(directory, unified ? "memory.current" : "memory.usage_in_bytes") is { } used
                )
                    yield return (limit, used - Droppable(directory, unified));
                if (at.Length == 0) break;
            }
        }
    }

    private static long Droppable(string directory, bool unified)
    {
        var name = unified ? "inactive_file " : "total_inactive_file ";
        return Read(Path.Combine(directory, "memory.stat")).FirstOrDefault(l =>
            l.StartsWith(name, StringComparison.Ordinal)
        ) is { } line
            ? long.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>Null where there is no such file, and for "max".</summary>
    private static long? Number(string directory, string file) =>
        long.TryParse(Read(Path.Combine(directory, file)).FirstOrDefault(), CultureInfo.InvariantCulture, out var n)
            ? n
            : null;

    private (long All, long Own) Resident(int process) =>
        Lines($"{process}/statm").FirstOrDefault()?.Split(' ') is [_, var resident, var shared, ..]
            ? (PageSize * Parse(resident), PageSize * (Parse(resident) - Parse(shared)))
            : (0, 0);

    private IEnumerable<int> Descendants(int ancestor)
    {
        var children = Directory.Exists(proc)
            ? Directory
                .EnumerateDirectories(proc)
                .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0)
                .ToLookup(ParentOf)
            : Array.Empty<int>().ToLookup(id => id);
        var found = new Stack<int>(children[ancestor]);
        while (found.TryPop(out var process))
        {
            yield return process;
            foreach (var child in children[process]) found.Push(child);
        }
    }

    /// <summary>The fourth field, behind a name that may hold anything.</summary>
    private int ParentOf(int process)
    {
        var line = Lines($"{process}/stat").FirstOrDefault() ?? "";
        return line[(line.LastIndexOf(')') + 1)..].Split(' ') is [_, _, var parent, ..] ? (int)Parse(parent) : 0;
    }

    private TimeSpan BusyTime()
    {
        var fields = Lines("stat").FirstOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        // user, nice, system; then idle and iowait, which are none; irq, softirq, steal.
        return fields.Length < 9
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(new[] { 1, 2, 3, 6, 7, 8 }.Sum(i => Parse(fields[i])) / TicksPerSecond);
    }

    private string[] Lines(string file) => Read(Path.Combine(proc, file));

    private static long Kibibytes(string[] lines, string name) =>
        lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? 1024 * Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim())
            : 0;

    private static long Parse(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // a process that ended, or another system
        }
    }
}
