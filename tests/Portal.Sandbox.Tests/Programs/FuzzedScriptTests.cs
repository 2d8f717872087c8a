using System.Net;
using Portal.Sandbox.Programs.Shell;
using Portal.Sandbox.Tests.Api;
using Portal.Sandbox.Tests.Server;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>
/// Scripts that nobody would write, made of those that are compared with busybox: each ends as a script does or goes on
/// until it is stopped; none is a fault of the sandbox, keeps memory, or is noticed by the neighbour.
/// </summary>
public sealed class FuzzedScriptTests : IAsyncLifetime
{
    private const int Scripts = 2000, AtATime = 8;

    /// <summary>For scripts that have no end of their own.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static readonly string[] s_pieces =
    [
        "$(",
        "`",
        "((",
        "))",
        "$((",
        "${",
        "}",
        "{ ",
        "; }",
        "(",
        ")",
        "|",
        "||",
        "&",
        "&&",
        ";;",
        "!",
        "<<EOF\n",
        "<<-'E'\n",
        "EOF\n",
        "< ",
        "> ",
        ">&2 ",
        "2>&1 ",
        "<&- ",
        "\"",
        "'",
        "\\",
        "*",
        "?",
        "[!a-z]",
        "~",
        "$@",
        "\"$*\"",
        "$#",
        "$?",
        "$$",
        "${x:-",
        "${x##",
        "${#",
        "${x/a/",
        "if ",
        "then ",
        "fi ",
        "while ",
        "do ",
        "done ",
        "for i in ",
        "case x in ",
        "esac ",
        "f() ",
        "function ",
        "return ",
        "break 9 ",
        "continue ",
        "exit ",
        "eval ",
        "exec ",
        "trap '' TERM ",
        "set -e ",
        "set -u ",
        "shift 3 ",
        "read x ",
        "unset x ",
        "export ",
        "local ",
        "wait ",
        "kill -9 $$ ",
        "sleep 0 ",
        "yes ",
        "cat ",
        "awk '{print $",
        "sed 's/",
        "sort -n ",
        "head -n -1 ",
        "xargs ",
        "test ",
        "[ ",
        "[[ ",
        "printf '%d%s%",
        "-1",
        "99999999999999999999",
        "\n",
        "\0",
    ];

    private readonly CapturingLogger _log = new();
    private SandboxServer _server = null!;
    private SandboxCluster _neighbour = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero, LoggerFactory = _log },
            TestContext.Current.CancellationToken
        );
        _neighbour = _server.GetOrCreate("neighbour");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Script_Damaged_EndsAsAScript()
    {
        var cluster = _server.GetOrCreate("scripts");
        var texts = new TextMutator([.. ShellDifferentialTests.Cases().Select(c => c.Data.Item2)], s_pieces);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Scripts),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtATime,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (i, token) => await RunAsync(cluster, texts.Make(i), token)
        );

        Assert.Empty(_log.Entries);
        await Eventually.True(() => cluster.Programs.Memory.Taken == 0);
        Assert.Equal(0, cluster.Programs.Files.Taken);
        using var client = BadInputTests.Client(out var address, _neighbour);
        using var answer = await client
            .GetAsync(address + "/api/v1/namespaces/default", TestContext.Current.CancellationToken)
            .DefaultTimeout();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task RunAsync(SandboxCluster cluster, string script, CancellationToken cancellationToken)
    {
        var container = ShellFixture.NewContainer(cluster, """{"workingDir": "/tmp/t"}""");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var result = await ShellFixture.RunAsync(container, script, "some\ninput\n", patience.Token);
            Assert.True(result.Status is >= 0 and <= 255 and not ProcessRunner.Fault, $"{result}\n{script}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It went on and on.
        }
        finally
        {
            container.Stop();
        }
    }
}
