using System.Diagnostics;
using System.Globalization;

namespace Portal.Web.Testing.Circuits;

/// <summary>The portal as a process of its own, and what it costs.</summary>
public sealed class PortalProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on every Linux that .NET runs on

    private readonly Process _process;

    private PortalProcess(Process process, Uri address, Uri welcome) =>
        (_process, Address, Welcome) = (process, address, welcome);

    public Uri Address { get; }

    /// <summary>The owner's one-time link.</summary>
    public Uri Welcome { get; }

    /// <summary>Resident memory of the portal itself, without its learners' shells.</summary>
    public double Mebibytes =>
        double.Parse(
            File.ReadLines($"/proc/{_process.Id}/status")
                .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        ) / 1024;

    /// <summary>Processor time of the portal itself so far.</summary>
    public double ProcessorSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture)
                + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>A path as the portal sees it, which may have mounts of its own.</summary>
    public string Inside(string path) => $"/proc/{_process.Id}/root{path}";

    /// <summary>Started, and its owner's link is printed.</summary>
    /// <param name="program">The portal's <c>.dll</c>.</param>
    /// <param name="directory">Its data directory, and where its temporary files are.</param>
    public static Task<PortalProcess> StartAsync(string program, string directory, params string[] settings)
    {
        Directory.CreateDirectory(Path.Combine(directory, "tmp"));
        return StartAsync(new ProcessStartInfo("dotnet", Arguments(program, directory, settings)), directory);
    }

    /// <summary>Started on a disk of its own of this size, which nobody else sees; for root.</summary>
    public static Task<PortalProcess> StartOnDiskAsync(
        int mebibytes,
        string program,
        string directory,
        params string[] settings
    ) =>
        StartAsync(
            new ProcessStartInfo(
                "unshare",
                [
                    "--mount",
                    "sh",
                    "-c",
                    $"mount -t tmpfs -o size={mebibytes}m none \"$0\" && mkdir \"$0/tmp\" && exec dotnet \"$@\"",
                    directory,
                    .. Arguments(program, directory, settings),
                ]
            ),
            directory
        );

    private static string[] Arguments(string program, string directory, string[] settings) =>
        [program, "--urls=http://127.0.0.1:0", $"--Portal:Data:Directory={directory}", .. settings];

    private static async Task<PortalProcess> StartAsync(ProcessStartInfo start, string directory)
    {
        start.RedirectStandardOutput = true;
        start.Environment["TMPDIR"] = Path.Combine(directory, "tmp");
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.Contains("/welcome?token=", StringComparison.Ordinal)) continue;
            var welcome = new Uri(line.Trim());
            // What it says is read, or it would wait for a reader.
            _ = process.StandardOutput.ReadToEndAsync();
            return new PortalProcess(process, new Uri(welcome.GetLeftPart(UriPartial.Authority)), welcome);
        }
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        throw new InvalidOperationException($"The portal does not start: {command}");
    }

    /// <summary>Kills it as a power cut does: it does nothing more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it as its operator does.</summary>
    public async Task EndAsync()
    {
        using (var kill = Process.Start("kill", [$"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
