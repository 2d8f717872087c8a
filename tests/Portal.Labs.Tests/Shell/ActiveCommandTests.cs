using System.Text;
using Portal.Labs.Shell;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>
/// Ctrl-C makes the terminal forget marks that were not read yet: whatever is missing, a command ends.
/// </summary>
public sealed class ActiveCommandTests
{
    private readonly StringBuilder _output = new();
    private readonly ActiveCommand _command;

    public ActiveCommandTests() =>
        _command = new ActiveCommand(7, text => _output.Append(Encoding.UTF8.GetString(text)));

    [Fact]
    public async Task AllMarks_OutputBetweenThemAndStatus()
    {
        _command.Print("before"u8);
        _command.Start(7);
        _command.Print("its own"u8);
        _command.Prompt(7, 3);
        _command.Print("after"u8);

        Assert.Equal("its own", _output.ToString());
        Assert.True(_command.Begun.IsCompletedSuccessfully);
        Assert.Equal(3, await _command.Ended);
    }

    [Fact]
    public void Start_OfAnother_IsNotItsOwn()
    {
        _command.Start(6);
        _command.Prompt(6, 0);

        Assert.False(_command.Begun.IsCompleted);
        Assert.False(_command.Ended.IsCompleted);
    }

    [Fact]
    public void Prompt_OfALineBeforeItStarted_IsNotItsEnd()
    {
        _command.Prompt(0, 130);

        Assert.False(_command.Ended.IsCompleted);
    }

    [Fact]
    public async Task Prompt_WithoutItsOwnMark_IsItsEnd()
    {
        _command.Start(7);

        _command.Prompt(0, 130);

        Assert.Equal(130, await _command.Ended);
    }

    [Fact]
    public async Task Prompt_WithoutItsStart_IsItsEnd()
    {
        _command.Prompt(7, 1);

        Assert.True(_command.Begun.IsCompletedSuccessfully);
        Assert.Equal(1, await _command.Ended);
    }

    [Fact]
    public async Task Withdraw_NotStarted_EndsAtTheNextPrompt()
    {
        Assert.True(_command.Withdraw());
        Assert.False(_command.Ended.IsCompleted);

        _command.Prompt(0, 0);

        Assert.Equal(130, await _command.Ended);
    }

    [Fact]
    public async Task Withdraw_Started_EndsAsItDoes()
    {
        _command.Start(7);

        Assert.False(_command.Withdraw());
        _command.Prompt(7, 2);

        Assert.Equal(2, await _command.Ended);
    }

    [Fact]
    public async Task Shown_AfterCtrlCAndWithoutItsMark_IsItsEnd()
    {
        _command.Start(7);
        _command.Shown();
        Assert.False(_command.Ended.IsCompleted);

        _command.Interrupt();
        _command.Shown();

        Assert.Equal(130, await _command.Ended);
    }

    [Fact]
    public void Shown_BeforeItStarted_IsThePromptBefore()
    {
        _command.Interrupt();
        _command.Shown();

        Assert.False(_command.Ended.IsCompleted);
    }

    [Fact]
    public async Task End_ShellGone_NothingIsWaitedFor()
    {
        _command.End(null);

        Assert.True(_command.Begun.IsCompletedSuccessfully);
        Assert.Null(await _command.Ended);
    }
}
