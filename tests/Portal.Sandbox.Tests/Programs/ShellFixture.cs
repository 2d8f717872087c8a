using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>What a script did.</summary>
public sealed record ShellResult(string Output, string Error, int Status);

/// <summary>Runs scripts in containers that belong to nobody, and in busybox on this machine.</summary>
public sealed class ShellFixture : IAsyncLifetime
{
    private SandboxServer _server = null!;
    private SandboxCluster _cluster = null!;

    public TempDirectory Directory { get; } = new();

    /// <summary>Directory with a link to busybox for each of its commands.</summary>
    public string Tools => Path.Combine(Directory.Path, "bin");

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero },
            TestContext.Current.CancellationToken
        );
        _cluster = _server.GetOrCreate("shell");
        System.IO.Directory.CreateDirectory(Tools);
        using var install = System.Diagnostics.Process.Start("busybox", ["--install", "-s", Tools]);
        await install.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Dispose();
    }

    internal ContainerInstance NewContainer(string spec = "{}") => NewContainer(_cluster, spec);

    internal static ContainerInstance NewContainer(SandboxCluster cluster, string spec = "{}")
    {
        var container = JsonNode.Parse(spec)!.AsObject();
        container["name"] = "c";
        container["image"] ??= "busybox";
        var pod = new PodInstance(cluster, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "default", ["uid"] = "u" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(container) },
        }, "10.244.0.9");
        pod.Containers["c"].Files.MakeDirectory("/tmp/t");
        return pod.Containers["c"];
    }

    public Task<ShellResult> RunAsync(string script, string input = "") =>
        RunAsync(NewContainer("""{"workingDir": "/tmp/t"}"""), script, input);

    internal static async Task<ShellResult> RunAsync(
        ContainerInstance container,
        string script,
        string input = "",
        CancellationToken cancellationToken = default
    )
    {
        var (output, errors) = (new MemoryStream(), new MemoryStream());
        var channel = Channel.CreateBounded<byte[]>(4);
        if (input.Length > 0) channel.Writer.TryWrite(Encoding.UTF8.GetBytes(input));
        channel.Writer.TryComplete();
        static Func<ReadOnlyMemory<byte>, Task> To(MemoryStream stream) =>
            data =>
            {
                lock (stream)
                    stream.Write(data.Span);
                return Task.CompletedTask;
            };
        var status = await ShellExec
            .RunAsync(
                container,
                ["sh", "-c", script],
                new ShellIo(channel.Reader, To(output), To(errors)),
                tty: false,
                cancellationToken
            )
            .DefaultTimeout();
        return new(Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()), status);
    }

    /// <summary>Runs a script with this machine's busybox in an empty directory.</summary>
    public async Task<ShellResult> BusyboxAsync(string script)
    {
        using var work = new TempDirectory();
        var start = new System.Diagnostics.ProcessStartInfo(
            "env",
            [
                "--default-signal=PIPE",
                "busybox",
                "env",
                "-i",
                $"PATH={Tools}",
                "HOME=/root",
                "LC_ALL=C",
                "sh",
                "-c",
                script,
            ]
        )
        {
            WorkingDirectory = work.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        using var process = System.Diagnostics.Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).DefaultTimeout();
        return new(await output, await errors, process.ExitCode);
    }

    private static Task<string> ReadAsync(StreamReader reader) => reader.ReadToEndAsync();
}
