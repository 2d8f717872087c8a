using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Isolation.Bubblewrap;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>A workspace with a real bash and a stand-in for kubectl.</summary>
public abstract class WorkspaceFixture : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();

    internal Workspace Workspace { get; private set; } = null!;

    internal static Guarded Guarded { get; } = new("test", NullLogger.Instance, TimeProvider.System);

    /// <summary>The one that learners get.</summary>
    internal virtual IWorkspaceIsolation Isolation { get; } = new BubblewrapIsolation(
        NullLogger<BubblewrapIsolation>.Instance,
        TimeProvider.System
    );

    protected string Root => _directory.Path;

    /// <summary>What answers where the workspace's cluster is expected.</summary>
    protected virtual void Serve(Socket connection) => connection.Dispose();

    internal WorkspaceSpec Spec =>
        new(
            Path.Combine(Root, "ws"),
            "lesson",
            Path.Combine(Root, "source", "manifests"),
            "kind: Config",
            new("kind: Config", new(IPAddress.Loopback, 6443), null, Serve),
            Path.Combine(Root, "tools"),
            Path.Combine(Root, "template")
        );

    public virtual async ValueTask InitializeAsync()
    {
        var kubectl = _directory.Write("tools/kubectl", "#!/bin/sh\necho kubectl \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(kubectl, (UnixFileMode)0b111_101_101);
        _directory.Write("source/manifests/a.yaml", "a: 1");
        _directory.Write("template/samples/b.yaml", "b: 2");
        Workspace = await Workspace
            .CreateAsync(Spec, Isolation, Guarded, TimeProvider.System, CancellationToken.None)
            .DefaultTimeout();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Workspace.DisposeAsync();
        _directory.Dispose();
    }

    internal async Task<(CommandOutcome Outcome, string Output)> Execute(string command, TimeSpan? timeout = null, CancellationToken stop = default)
    {
        var output = new OutputText(1_000_000);
        var outcome = await Workspace.ExecuteAsync(command, timeout ?? TestTimeouts.Default, t => output.Append(t), stop).DefaultTimeout();
        return (outcome, output.ToString());
    }

    internal async Task<string> Output(string command) => (await Execute(command)).Output;

    /// <summary>Reads a terminal until what it shows contains a text.</summary>
    internal static async Task<string> ReadUntil(ITerminalAttachment terminal, string text)
    {
        var seen = new StringBuilder();
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        try
        {
            await foreach (var data in terminal.Output.WithCancellation(limit.Token))
            {
                seen.Append(Encoding.UTF8.GetString(data.Span));
                if (seen.ToString().Contains(text, StringComparison.Ordinal)) return seen.ToString();
            }
        }
        catch (OperationCanceledException e)
        {
            throw new InvalidOperationException($"The terminal did not show '{text}': {seen}", e);
        }
        throw new InvalidOperationException($"The terminal ended without '{text}': {seen}");
    }
}
