using System.Diagnostics;
using System.Globalization;

namespace Portal.Benchmarks.Circuits;

/// <summary>The portal as a process of its own, with an empty data directory, and what it costs.</summary>
internal sealed class PortalProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on every Linux that .NET runs on

    private readonly Process _process;
    private readonly string _directory;

    private PortalProcess(Process process, string directory, Uri address, Uri welcome)
    {
        (_process, _directory, Address, Welcome) = (process, directory, address, welcome);
    }

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

    public static async Task<PortalProcess> StartAsync(params string[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("portal-load-").FullName;
        // As it is published (dotnet publish -c Release src/Portal.Web), else as it was built with this.
        string[] programs = ["../../../publish/Portal.Web/release", "../../Portal.Web/release"];
        var program = programs
            .Select(p => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, p, "Portal.Web.dll")))
            .First(File.Exists);
        Console.WriteLine(program);
        string[] arguments = [program, "--urls=http://127.0.0.1:0", $"--Portal:Data:Directory={directory}", .. settings];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.Contains("/welcome?token=", StringComparison.Ordinal)) continue;
            var welcome = new Uri(line.Trim());
            // What it says is read, or it would wait for a reader.
            _ = process.StandardOutput.ReadToEndAsync();
            return new PortalProcess(process, directory, new Uri(welcome.GetLeftPart(UriPartial.Authority)), welcome);
        }
        throw new InvalidOperationException($"The portal does not start: {program}");
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", [$"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
