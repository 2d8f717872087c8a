using System.Globalization;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>Every way out is tried in a learner's shell, and leads nowhere; the neighbour does not notice.</summary>
public sealed class EscapeTests : Neighbourhood
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> s_all =
    [
        .. WaysOut.Open,
        .. WaysOut.Root,
        .. WaysOut.Kernel,
        .. WaysOut.Closed,
    ];

    [Fact]
    public async Task WaysOut_All_LeadNowhere()
    {
        var led = new List<string>();
        foreach (var (name, script) in s_all)
        {
            var said = await TryAsync(script);
            if (
                said.Contains("ESCAPED", StringComparison.Ordinal)
                || !said.EndsWith("tried\n", StringComparison.Ordinal)
            )
                led.Add($"{name}: {said}");
        }

        Assert.Empty(led);
        Assert.InRange(s_all.Count, 60, int.MaxValue);
        Assert.Equal("neighbour\n", await NeighbourAsync("curl -s http://localhost:8080; echo"));
    }

    [Fact]
    public async Task Port_OfEveryLearner_IsTheirOwn()
    {
        Assert.EndsWith("closed\n", await Output("(exec 9<>/dev/tcp/127.0.0.1/8080) 2>&1 || echo closed"));

        await Output(
            "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => \"127.0.0.1\", LocalPort => 8080) or die; while ($c = $s->accept) { print $c \"HTTP/1.0 200 OK\\r\\n\\r\\nmine\"; close $c }' & until curl -s http://localhost:8080 >/dev/null; do :; done"
        );

        Assert.Equal("mine\n", await Output("curl -s http://localhost:8080; echo"));
        Assert.Equal("neighbour\n", await NeighbourAsync("curl -s http://localhost:8080; echo"));
    }

    [Fact]
    public async Task ForkBomb_StopsAtTheLimitAndEndsWithTheShell()
    {
        var (outcome, _) = await Execute(
            "bomb() { bomb | bomb & }; bomb; sleep 3; ls -d /proc/[0-9]* | wc -l > count",
            TimeSpan.FromSeconds(8)
        );

        Assert.NotEqual(RunPhase.Waiting, outcome.Phase);
        Assert.Equal("neighbour\n", await NeighbourAsync("curl -s http://localhost:8080; echo"));
        await Workspace.DisposeAsync().AsTask().DefaultTimeout();
        await Eventually.True(() => ProcessesOf("bomb") == 0);
    }

    [Fact]
    public async Task MemoryBomb_IsKilledAloneAndTheShellGoesOn()
    {
        var (outcome, _) = await Execute("perl -e '$x = \"a\" x 2_000_000_000; print length $x'");

        Assert.Equal(RunPhase.Failed, outcome.Phase);
        Assert.Equal("still here\n", await Output("echo still here"));
    }

    [Fact]
    public async Task Shell_KilledFromInside_IsFollowedByAnother()
    {
        await Execute("kill -9 -1");

        Assert.Equal("new\n", await Output("echo new"));
        Assert.Equal("neighbour\n", await NeighbourAsync("curl -s http://localhost:8080; echo"));
    }

    [Theory]
    [InlineData("ln -sf /etc/passwd /run/portal/out/jobs")]
    [InlineData("rm -f /run/portal/out/jobs; mkdir /run/portal/out/jobs")]
    [InlineData(
        "perl -e 'print \"[1]+ 1 Running                 sleep 5 &\\n\" x 100000' > /run/portal/out/jobs; chmod 000 /run/portal/out/jobs"
    )]
    public async Task JobList_Forged_DoesNotReachThePortal(string trick)
    {
        await Output(trick);

        Assert.Equal("next\n", await Output("echo next"));
        Assert.DoesNotContain(Workspace.Jobs, j => j.Command.Contains("root:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("printf \"\\e]$s;E;$__id;0\\a\"")]
    [InlineData("printf \"\\e]$s;R\\a\\e]$s;X\\a\\e]$s;R\\a\"")]
    // Programs inherit the channel, and the kernel says that it was not bash who spoke.
    [InlineData("/bin/bash -c \"printf '$__id;0' >&$__seal; printf '\\033]$s;E;$__id;0\\007'\"")]
    [InlineData("(printf '%s;0' $__id >&$__seal; printf \"\\e]$s;E;$__id;0\\a\")")]
    public async Task Mark_Forged_ChangesNothing(string trick)
    {
        var (outcome, output) = await Execute(
            "s=$(declare -f __prompt | grep -o '5170;[0-9a-f]*' | head -1); " + trick + "; echo on; (exit 3)"
        );

        Assert.Equal((3, "on\n"), (outcome.ExitCode, output));
        Assert.Equal("after\n", await Output("echo after"));
    }

    [Fact]
    public async Task Job_StoppedThroughItsNumber_IsTheWorkspacesOwn()
    {
        await Execute("sleep 5000 &");

        Workspace.StopJob(Workspace.Jobs.Single().Number);

        await Eventually.True(async () => (await Output("jobs -r")).Length == 0);
        Assert.Equal("neighbour\n", await NeighbourAsync("curl -s http://localhost:8080; echo"));
    }

    private static int ProcessesOf(string name) =>
        Directory
            .EnumerateDirectories("/proc")
            .Count(d =>
            {
                try
                {
                    return int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)
                        && File.ReadAllText(Path.Combine(d, "cmdline")).Contains(name, StringComparison.Ordinal);
                }
                catch (IOException)
                {
                    return false;
                }
            });
}

/// <summary>The same ways are open where nothing is kept apart, or trying them would prove nothing.</summary>
public sealed class OpenWaysTests : Neighbourhood
{
    internal override IWorkspaceIsolation Isolation { get; } = new ProcessIsolation();

    [Fact]
    public async Task WaysOut_WithoutWalls_AreOpen()
    {
        Assert.Empty(await ClosedAsync(WaysOut.Open));
    }

    [Fact]
    public async Task WaysOfRoot_WithoutWalls_AreOpenForRoot()
    {
        Assert.SkipUnless(IsRootOfTheMachine, "Only root may do such things.");

        Assert.Empty(await ClosedAsync(WaysOut.Root));
    }

    [Fact]
    public async Task WaysThroughTheKernel_WithoutWalls_AreMostlyOpenForRoot()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may do such things.");
        var open = 0;
        foreach (var (_, script) in WaysOut.Kernel)
        {
            if ((await TryAsync(script)).Contains("ESCAPED", StringComparison.Ordinal)) open++;
        }

        Assert.InRange(open, WaysOut.Kernel.Count / 2, WaysOut.Kernel.Count);
    }

    /// <summary>Not only of a user namespace, as the portal of an ordinary user.</summary>
    private static bool IsRootOfTheMachine =>
        Environment.IsPrivilegedProcess
        && File.ReadAllText("/proc/self/uid_map").Contains($"{uint.MaxValue}", StringComparison.Ordinal);

    private async Task<List<string>> ClosedAsync(IReadOnlyDictionary<string, string> ways)
    {
        var closed = new List<string>();
        foreach (var (name, script) in ways)
        {
            var said = await TryAsync(script);
            if (!said.Contains("ESCAPED", StringComparison.Ordinal)) closed.Add($"{name}: {said}");
        }
        return closed;
    }
}
