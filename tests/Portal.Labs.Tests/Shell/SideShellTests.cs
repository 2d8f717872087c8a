using System.Collections.Concurrent;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>Shells beside the main one: what they share with it, and what not.</summary>
public abstract class SideShellTests : WorkspaceFixture
{
    [Fact]
    public async Task OpenAsync_BesideTheMainShell_BothTakeCommands()
    {
        await using var side = await OpenAsync();

        await TypeAsync(side, "echo side-$((40+2)); pwd\r");
        await ReadUntil(side, "side-42");

        Assert.Equal("main\n", await Output("echo main"));
        await TypeAsync(side, "echo $KUBECONFIG $LESSON_DIR | tr / _\r");
        await ReadUntil(side, Workspace.LessonDirectory.Replace('/', '_'));
    }

    [Fact]
    public async Task Variables_ExportedBefore_AreThereAndChangesStayApart()
    {
        await Output("export BEFORE='it is'; PLAIN=no; cd /; export PATH=$PATH:/extra");
        await using var side = await OpenAsync();

        await TypeAsync(side, "echo \"[$BEFORE$PLAIN]\" ${PATH##*:} ${PWD##*/}; BEFORE=changed; echo a-$BEFORE\r");
        var seen = await ReadUntil(side, "a-changed");

        Assert.Contains("[it is] /extra lesson", seen, StringComparison.Ordinal);
        Assert.Equal("it is\n", await Output("echo $BEFORE"));
    }

    [Fact]
    public async Task Files_AreTheSame()
    {
        await Output("echo from-main > here; echo temporary > /tmp/side-$PPID-$$; echo /tmp/side-$PPID-$$ > name");
        await using var side = await OpenAsync();

        await TypeAsync(side, "cat here; cat $(cat name); rm $(cat name); echo from-side > there\r");
        await ReadUntil(side, "temporary");

        await Eventually.True(async () => (await Output("cat there 2>&1")) == "from-side\n");
    }

    [Fact]
    public async Task Exit_OfOne_ClosesItAlone()
    {
        await using var side = await OpenAsync();
        await using var other = await OpenAsync();
        Assert.Equal([2, 3], Workspace.Sides.Terminals.Select(t => t.Number));

        await TypeAsync(side, "exit\r");

        await Eventually.True(() => Workspace.Sides.Terminals.Length == 1);
        await foreach (var _ in side.Output.WithCancellation(CancellationToken.None)) { }
        await TypeAsync(other, "echo other-$((1+1))\r");
        await ReadUntil(other, "other-2");
        Assert.Equal("main\n", await Output("echo main"));
        Assert.Equal(2, (await Workspace.Sides.OpenAsync(CancellationToken.None)).Number);
    }

    [Fact]
    public async Task Exit_OfTheMainShell_LeavesTheOthers()
    {
        await using var side = await OpenAsync();
        await TypeAsync(side, "kept=yes\r");

        await Execute("exit");

        Assert.Equal("new\n", await Output("echo new"));
        await TypeAsync(side, "echo kept-$kept\r");
        await ReadUntil(side, "kept-yes");
    }

    [Fact]
    public async Task CloseAsync_WhileSomethingRuns_EndsIt()
    {
        await using var side = await OpenAsync();
        await TypeAsync(side, "while :; do date +%N > running; sleep 0.1; done\r");
        await Eventually.True(async () => await Output("[ -s running ] && echo begun") == "begun\n");

        await Workspace.Sides.CloseAsync(Workspace.Sides.Terminals.Single().Id).DefaultTimeout();

        Assert.Empty(Workspace.Sides.Terminals);
        Assert.Equal(
            "same\n",
            await Output("a=$(cat running); sleep 0.5; [ \"$a\" = \"$(cat running)\" ] && echo same")
        );
        await Workspace.Sides.CloseAsync("nothing").DefaultTimeout();
    }

    [Fact]
    public async Task OpenAsync_MoreThanThereMayBe_IsRefused()
    {
        for (var i = 0; i < SideTerminal.Limit; i++) await Workspace.Sides.OpenAsync(CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() =>
            Workspace.Sides.OpenAsync(CancellationToken.None)
        );

        Assert.Contains("Close one", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(SideTerminal.Limit, Workspace.Sides.Terminals.Length);
    }

    [Fact]
    public async Task Workspace_Ends_EndsThemAndOpensNoMore()
    {
        await using var side = await OpenAsync();
        var id = Workspace.Sides.Terminals.Single().Id;

        await Workspace.DisposeAsync().AsTask().DefaultTimeout();

        await foreach (var _ in side.Output.WithCancellation(CancellationToken.None)) { }
        Assert.Empty(Workspace.Sides.Terminals);
        Assert.Throws<RunRefusedException>(() => Workspace.ScreenOf(id));
        await Assert.ThrowsAsync<RunRefusedException>(() => Workspace.Sides.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task CommandTyped_InASideShell_IsToldAsInTheMainOne()
    {
        var typed = new ConcurrentQueue<TypedCommand>();
        Workspace.CommandTyped += typed.Enqueue;
        var typings = 0;
        Workspace.Typing += () => typings++;
        await using var side = await OpenAsync();

        await TypeAsync(side, "echo out; (exit 7)\r");

        await Eventually.True(() => !typed.IsEmpty);
        var command = Assert.Single(typed);
        Assert.Equal(("echo out; (exit 7)", 7, "out"), (command.Text, command.Status, command.Output.Trim()));
        Assert.InRange(typings, 1, int.MaxValue);
    }

    [Fact]
    public async Task Size_OfEach_IsItsOwn()
    {
        await using var main = Workspace.ScreenOf(null).Attach(100, 40);
        await using var side = await OpenAsync();

        await TypeAsync(side, "stty size\r");

        await ReadUntil(side, "24 80");
        Assert.Equal("40 100\n", await Output("stty size"));
    }

    internal async Task<ITerminalAttachment> OpenAsync()
    {
        var terminal = await Workspace.Sides.OpenAsync(CancellationToken.None).DefaultTimeout();
        return Workspace.ScreenOf(terminal.Id).Attach(80, 24);
    }

    protected static async Task TypeAsync(ITerminalAttachment terminal, string text) =>
        Assert.True(await terminal.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), CancellationToken.None));
}

/// <summary>Between walls they have one network, and each its own processes.</summary>
public sealed class SideShellBetweenWallsTests : SideShellTests
{
    private const string Server =
        "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => \"127.0.0.1\", "
        + "LocalPort => 8080) or die; "
        + "while ($c = $s->accept) { print $c \"HTTP/1.0 200 OK\\r\\n\\r\\nmine\"; close $c }'";

    private const string Privileges =
        "grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd):' /proc/self/status | tr -d ' \\t\\n'";

    [Fact]
    public async Task Port_OfASideShell_IsReachedFromTheMainOneAndShown()
    {
        await using var side = await OpenAsync();

        await TypeAsync(side, Server + "\r");

        await Eventually.True(async () => await Output("curl -s http://localhost:8080") == "mine");
        await Eventually.True(() => Workspace.Ports.Contains(8080));
        await Workspace.Sides.CloseAsync(Workspace.Sides.Terminals.Single().Id).DefaultTimeout();
        await Eventually.True(() => !Workspace.Ports.Contains(8080));
    }

    [Fact]
    public async Task Network_MainShellEnds_StaysWithTheOthersAndTheNextJoins()
    {
        await using var side = await OpenAsync();
        await TypeAsync(side, Server + "\r");
        await Eventually.True(async () => await Output("curl -s http://localhost:8080") == "mine");

        await Execute("exit");

        Assert.Equal("mine", await Output("curl -s http://localhost:8080"));
        Assert.Equal("cluster\n", await Output("(exec 9<>/dev/tcp/127.0.0.1/6443) && echo cluster"));
    }

    [Fact]
    public async Task Walls_AreTheSame()
    {
        await using var side = await OpenAsync();

        await TypeAsync(side, $"{Privileges}; id -u; ls -d /root; unshare -U true\r");

        var seen = await ReadUntil(side, "unshare failed: Operation not permitted");
        var main = await Output(Privileges);
        Assert.Contains("NoNewPrivs:1Seccomp:2", main, StringComparison.Ordinal);
        Assert.Contains(main, seen, StringComparison.Ordinal);
        Assert.Contains("1000", seen, StringComparison.Ordinal);
        Assert.Contains("cannot access '/root'", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Processes_KilledFromInside_AreItsOwn()
    {
        await using var side = await OpenAsync();
        await Execute("sleep 5000 &");

        await TypeAsync(side, "kill -9 $$\r");

        await Eventually.True(() => Workspace.Sides.Terminals.IsEmpty);
        Assert.Single(Workspace.Jobs);
        Assert.Contains("sleep 5000", await Output("jobs"), StringComparison.Ordinal);
    }
}

/// <summary>Without walls.</summary>
public sealed class SideShellWithoutWallsTests : SideShellTests
{
    internal override IWorkspaceIsolation Isolation { get; } = new ProcessIsolation();
}
