using System.Diagnostics;
using System.Text.Json.Nodes;
using Portal.Sandbox.Programs;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>Each budget at its heaviest: what is spent ends as on a node, and what was held is given back.</summary>
public sealed class ContainerBudgetTests : IAsyncLifetime
{
    private const int KiB = 1024;

    private SandboxServer _server = null!;
    private SandboxCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                ConfigPushDelay = TimeSpan.Zero,
                Budgets = new()
                {
                    ContainerMemory = 2048 * KiB,
                    ProgramMemory = 3072 * KiB,
                    ContainerProcesses = 16,
                    ContainerFiles = 256 * KiB,
                    ClusterFiles = 384 * KiB,
                    ContainerLog = 64 * KiB,
                    ClusterLogs = 96 * KiB,
                    LogLine = KiB,
                },
            },
            TestContext.Current.CancellationToken
        );
        _cluster = _server.GetOrCreate("budget");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("tail /dev/zero")]
    [InlineData("x=$(cat /dev/zero | tr '\\0' x); echo $x")]
    [InlineData("x=x; while :; do x=$x$x; done")]
    [InlineData("yes | sort")]
    [InlineData("yes | tac")]
    [InlineData("awk 'BEGIN { for (;;) a[i++] = \"xxxxxxxx\" }'")]
    [InlineData("awk 'BEGIN { x = \"x\"; for (;;) x = x x }'")]
    [InlineData("yes $(head -c 3000 /dev/zero | tr '\\0' x) | sed ':a;N;ba'")]
    [InlineData("yes $(head -c 3000 /dev/zero | tr '\\0' x) | sed 'H;$!d'")]
    [InlineData("i=0; while :; do eval x$i=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; i=$((i+1)); done")]
    [InlineData("cat /dev/zero | base64 -w 0")]
    [InlineData("x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; while :; do x=${x//a/$x}; done")]
    [InlineData(
        "x=$(head -c 100000 /dev/zero | tr '\\0' x); echo $x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x"
    )]
    [InlineData("set -- a; while :; do set -- \"$@\" \"$@\"; done")]
    public async Task Memory_BeyondTheLimit_KillsTheProcess(string script)
    {
        var container = ShellFixture.NewContainer(_cluster);

        var result = await ShellFixture.RunAsync(container, script);

        Assert.Equal(137, result.Status);
        await Eventually.True(() => container.CurrentRun.Budget.Held == 0 && _cluster.Programs.Memory.Taken == 0);
    }

    [Fact]
    public async Task Memory_OfTheSpecsLimit_IsSmaller()
    {
        var small = ShellFixture.NewContainer(_cluster, """{"resources": {"limits": {"memory": "100Ki"}}}""");

        Assert.Equal(
            137,
            (await ShellFixture.RunAsync(small, "x=$(head -c 200000 /dev/zero | tr '\\0' x); echo ${#x}")).Status
        );
        Assert.Equal(
            "200000\n",
            (
                await ShellFixture.RunAsync(
                    ShellFixture.NewContainer(_cluster),
                    "x=$(head -c 200000 /dev/zero | tr '\\0' x); echo ${#x}"
                )
            ).Output
        );
    }

    [Theory]
    [InlineData("f() { f | f; }; f; echo end")]
    [InlineData("while :; do sleep 100 & done; echo no")]
    [InlineData("f() { (f); }; f; echo end")]
    [InlineData("echo 'sh ./b & sh ./b' > /tmp/t/b; cd /tmp/t; sh ./b; echo end")]
    [InlineData(
        "sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep "
            + "100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100 | sleep 100"
    )]
    public async Task Processes_BeyondTheirNumber_CannotFork(string script)
    {
        var container = ShellFixture.NewContainer(_cluster);

        var result = await ShellFixture.RunAsync(container, script);

        Assert.Contains("can't fork: Resource temporarily unavailable", result.Error, StringComparison.Ordinal);
        await Eventually.True(() => container.CurrentRun.Budget.Processes.Taken < 16);
    }

    [Theory]
    [InlineData("yes > /tmp/f; echo $?")]
    [InlineData("echo x > /tmp/f; while cat /tmp/f /tmp/f > /tmp/g && mv /tmp/g /tmp/f; do :; done; echo 1")]
    [InlineData("dd if=/dev/zero of=/tmp/f bs=4k; echo $?")]
    [InlineData("yes | tee /tmp/f > /dev/null; echo 1")]
    [InlineData("while echo 0123456789012345678901234567890123456789 >> /tmp/f; do :; done; echo 1")]
    [InlineData("i=0; while : > /tmp/f$i; do i=$((i+1)); done; echo 1")]
    [InlineData("truncate -s 1000000 /tmp/f; echo $?")]
    [InlineData(
        "cat /dev/zero | awk 'BEGIN { for (;;) print \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" > "
            + "\"/tmp/f\" }'; echo $?"
    )]
    public async Task Files_BeyondTheirSpace_CannotBeWritten(string script)
    {
        var container = ShellFixture.NewContainer(_cluster);

        var result = await ShellFixture.RunAsync(container, script);

        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("1\n", result.Output, StringComparison.Ordinal);
        Assert.True(_cluster.Programs.Files.Taken <= 256 * KiB);
        container.Stop();
        Assert.Equal(0, _cluster.Programs.Files.Taken);
    }

    [Fact]
    public async Task Files_OfSeveralContainers_ShareTheClusters()
    {
        var (first, second) = (ShellFixture.NewContainer(_cluster), ShellFixture.NewContainer(_cluster));
        await ShellFixture.RunAsync(first, "yes > /tmp/f");

        var result = await ShellFixture.RunAsync(second, "yes > /tmp/f; wc -c < /tmp/f");

        Assert.InRange(
            int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture),
            64 * KiB,
            130 * KiB
        );
        first.Stop();
        Assert.Equal("0\n", (await ShellFixture.RunAsync(second, "echo more >> /tmp/f; echo $?")).Output);
    }

    [Fact]
    public async Task Files_DeletedWhileOpen_AreGivenBackWhenClosed()
    {
        var container = ShellFixture.NewContainer(_cluster);
        var before = _cluster.Programs.Files.Taken;

        var result = await ShellFixture.RunAsync(
            container,
            "exec 3<> /tmp/f; head -c 100000 /dev/zero >&3; rm /tmp/f; head -c 100000 /dev/zero >&3; exec "
                + "3>&-; ls /tmp/f"
        );

        Assert.Equal(1, result.Status);
        Assert.Equal(before, _cluster.Programs.Files.Taken);
    }

    [Fact]
    public void Log_WithoutEnd_KeepsItsLatest()
    {
        var container = ShellFixture.NewContainer(_cluster);

        for (var i = 0; i < 20_000; i++) container.Log.Write($"line {i}");

        var (lines, next, _, _) = container.Log.Read(0);
        Assert.Equal("line 19999", lines[^1].Text);
        Assert.Equal(20_000, next);
        Assert.InRange(_cluster.Programs.Logs.Taken, 1, 64 * KiB);
        Assert.InRange(lines.Count, 100, 1000);
        container.Stop();
        Assert.Equal(0, _cluster.Programs.Logs.Taken);
    }

    [Fact]
    public async Task Log_OfALongLine_HasItAsSeveral()
    {
        var container = ShellFixture.NewContainer(_cluster);
        var stream = container.Log.OpenStream();

        await stream.WriteAsync(new byte[2500].AsMemory());
        await stream.WriteAsync("\nshort\nrest"u8.ToArray());
        container.Log.Close();

        Assert.Equal([1024, 1024, 452, 5, 4], container.Log.Read(0).Lines.Select(l => l.Text.Length));
    }

    [Fact]
    public void Log_OfAClusterThatIsFull_StillHasWhatCameLast()
    {
        var containers = Enumerable.Range(0, 4).Select(_ => ShellFixture.NewContainer(_cluster)).ToList();

        foreach (var container in containers) for (var i = 0; i < 2000; i++) container.Log.Write($"line {i}");

        Assert.All(containers, c => Assert.Equal("line 1999", c.Log.Read(0).Lines[^1].Text));
        Assert.InRange(_cluster.Programs.Logs.Taken, 1, 96 * KiB);
    }

    [Fact]
    public void Log_Reopened_WaitsForMore()
    {
        var container = ShellFixture.NewContainer(_cluster);
        container.Log.Write("before");
        var (_, next, changed, _) = container.Log.Read(0);
        container.Log.Close();
        Assert.True(changed.IsCompleted);

        container.Log.Reopen();

        (_, next, changed, var closed) = container.Log.Read(next);
        Assert.False(closed);
        Assert.False(changed.IsCompleted);
        container.Log.Write("after");
        Assert.True(changed.IsCompleted);
        Assert.Equal("after", container.Log.Read(next).Lines.Single().Text);
    }

    [Fact]
    public async Task Processor_OfABusyLoop_ShowsInTheUsage()
    {
        var container = ShellFixture.NewContainer(_cluster);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = ShellFixture.RunAsync(container, "while :; do :; done", cancellationToken: stop.Token);

        await Eventually.True(() => container.Usage.Cores(_cluster.Now) > 0.005);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(container.CurrentRun.Processes.IsEmpty);
    }

    [Fact]
    public void Processor_OfManyClusters_IsSharedEqually()
    {
        var shares = new ProcessorShares(0.8);
        var clusters = Enumerable
            .Range(0, 4)
            .Select(_ => new Portal.Sandbox.Programs.Budgets.ClusterProcessor(shares, 0.5))
            .ToList();

        Assert.Equal(0.8, shares.Share(clusters[0], wants: false));
        var bucket = new Portal.Sandbox.Programs.Budgets.TokenBucket(TimeSpan.FromMilliseconds(20));

        Assert.Equal(TimeSpan.Zero, bucket.Spend(0.005, 0.5));
        Assert.True(bucket.Spend(1, 0.5) > TimeSpan.FromSeconds(1.9));
        Assert.True(bucket.IsOverdrawn);
    }

    [Fact]
    public async Task Processes_OfAnExecWhoseClientLeft_AreGone()
    {
        var container = ShellFixture.NewContainer(_cluster);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = ShellFixture.RunAsync(
            container,
            "sleep 1000 & (sleep 1000) | cat & yes > /dev/null & sleep 1000",
            cancellationToken: stop.Token
        );
        await Eventually.True(() => container.CurrentRun.Processes.All.Count() >= 5);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.True(() => container.CurrentRun.Processes.IsEmpty);
    }

    [Fact]
    public async Task Processes_OfAContainerThatStops_AreGone()
    {
        var container = ShellFixture.NewContainer(_cluster);
        var running = ShellFixture.RunAsync(container, "sleep 1000 & sleep 1000");
        await Eventually.True(() => container.CurrentRun.Processes.All.Count() >= 3);

        container.Stop();

        Assert.Equal(137, (await running).Status);
        await Eventually.True(() => container.CurrentRun.Processes.IsEmpty);
    }

    [Fact]
    public async Task Table_OfProcesses_ShowsAndSignalsThem()
    {
        var container = ShellFixture.NewContainer(_cluster);

        var result = await ShellFixture.RunAsync(
            container,
            "sleep 1234 & ps | grep -c 'sleep 1234$'; kill $!; wait $! 2>/dev/null; echo $?; ps | grep -c 'sleep 1234$'"
        );

        Assert.Equal("1\n143\n0\n", result.Output);
    }
}
