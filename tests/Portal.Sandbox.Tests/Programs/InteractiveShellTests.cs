using System.Text;
using System.Threading.Channels;
using Portal.Sandbox.Programs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>
/// A shell on a terminal, as <c>kubectl exec -it … -- sh</c> has it: keys go in, the screen comes out.
/// </summary>
public sealed class InteractiveShellTests(ShellFixture shell) : IClassFixture<ShellFixture>, IAsyncLifetime
{
    private const string Up = "\e[A", CtrlC = "\u0003", CtrlD = "\u0004", Erase = "\u007f";

    private readonly Channel<byte[]> _keys = Channel.CreateBounded<byte[]>(16);
    private readonly StringBuilder _screen = new();
    private Task<int> _session = null!;

    public async ValueTask InitializeAsync()
    {
        Task Show(ReadOnlyMemory<byte> data)
        {
            lock (_screen) _screen.Append(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
        _session = ShellExec.RunAsync(
            shell.NewContainer(),
            ["sh"],
            new ShellIo(_keys.Reader, Show, Show),
            tty: true,
            TestContext.Current.CancellationToken
        );
        await ShowsAsync("/ # ");
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Writer.TryComplete();
        await _session.DefaultTimeout();
    }

    [Fact]
    public async Task Line_IsEchoedAndRun()
    {
        await TypeAsync("echo $((6*7))\r");

        await ShowsAsync("echo $((6*7))\r\n42\r\n/ # ");
    }

    [Fact]
    public async Task Exit_EndsWithItsStatus()
    {
        await TypeAsync("exit 3\r");

        Assert.Equal(3, await _session.DefaultTimeout());
    }

    [Fact]
    public async Task CtrlD_OnAnEmptyLine_EndsTheShell()
    {
        await TypeAsync("false\r" + CtrlD);

        Assert.Equal(1, await _session.DefaultTimeout());
    }

    [Fact]
    public async Task CtrlC_InALine_GivesItUp()
    {
        await TypeAsync("echo never" + CtrlC + "echo $?\r");

        await ShowsAsync("echo never^C\r\n/ # echo $?\r\n130\r\n");
    }

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("while :; do :; done")]
    [InlineData("yes > /dev/null")]
    [InlineData("yes | sort")]
    [InlineData("cat")]
    [InlineData("read x")]
    [InlineData("sh -c 'sleep 1000'")]
    public async Task CtrlC_WhileACommandRuns_EndsItAndKeepsTheShell(string command)
    {
        await TypeAsync($"x=kept; echo on; {command}\r");
        await ShowsAsync("\r\non\r\n");

        await TypeAsync(CtrlC);
        await ShowsAsync("^C\r\n/ # ");

        await TypeAsync("echo $x\r");
        await ShowsAsync("\r\nkept\r\n");
    }

    [Fact]
    public async Task CtrlC_WhileACommandIsBeingStarted_EndsIt()
    {
        for (var i = 0; i < 50; i++)
        {
            await TypeAsync($"echo on{i}; cat\r");
            await ShowsAsync($"\r\non{i}\r\n");
            await TypeAsync(CtrlC + $"echo $?-{i}\r");
            await ShowsAsync($"^C\r\n/ # echo $?-{i}\r\n130-{i}\r\n/ # ");
        }
    }

    [Fact]
    public async Task ArrowUp_BringsEarlierLines()
    {
        await TypeAsync("echo one\recho two\r");
        await ShowsAsync("\r\ntwo\r\n/ # ");

        await TypeAsync(Up + Up + "r\r");

        await ShowsAsync("\r\noner\r\n");
    }

    [Fact]
    public async Task Erase_TakesTheLastCharacter()
    {
        await TypeAsync("echo ab" + Erase + "c\r");

        await ShowsAsync("\r\nac\r\n");
    }

    [Fact]
    public async Task Command_OfSeveralLines_AsksForMore()
    {
        await TypeAsync("for i in 1 2\rdo echo n$i\rdone\r");

        await ShowsAsync("for i in 1 2\r\n> do echo n$i\r\n> done\r\nn1\r\nn2\r\n/ # ");
    }

    [Fact]
    public async Task HereDocument_AsksForMoreUntilItsEnd()
    {
        await TypeAsync("cat <<EOF\ra b\rEOF\r");

        await ShowsAsync("> a b\r\n> EOF\r\na b\r\n/ # ");
    }

    [Fact]
    public async Task Mistake_IsSaidAndTheShellGoesOn()
    {
        await TypeAsync("echo )\recho on\r");

        await ShowsAsync("\r\non\r\n/ # ");
        Assert.Contains("syntax error", Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_LongerThanATerminalTakes_IsCut()
    {
        foreach (var _ in Enumerable.Range(0, 10)) await TypeAsync(new string('#', 1000));
        await TypeAsync("\recho on\r");

        await ShowsAsync("\r\non\r\n");
        Assert.Equal(4095, Screen.Split("/ # ")[1].Count(c => c == '#'));
    }

    private string Screen
    {
        get
        {
            lock (_screen) return _screen.ToString();
        }
    }

    private Task ShowsAsync(string text) => Eventually.True(() => Screen.Contains(text, StringComparison.Ordinal));

    private async Task TypeAsync(string keys) => await _keys.Writer.WriteAsync(Encoding.UTF8.GetBytes(keys));
}
