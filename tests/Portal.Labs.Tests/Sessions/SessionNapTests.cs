using System.Text;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>What of a shell is there again when its learner returns.</summary>
public sealed class SessionNapTests : SessionFixture
{
    private string Directory => Factory.WorkspaceDirectory(Key);

    [Fact]
    public async Task OpenAsync_AfterANap_RestoresDirectoryVariablesAndScreen()
    {
        var session = await OpenAsync();
        await ExecuteAsync(
            session,
            "mkdir -p sub; cd sub; export A='two words' B=$'line\\nbreak' C='$HOME \"q\" `x`'; "
                + "plain=1; PATH=$PWD/mine:$PATH"
        );
        await ExecuteAsync(session, "sleep 1000 &");

        session = await ReopenAsync(session, ClusterPast.Slept);

        Assert.Equal(
            "sub|two words|line\nbreak|$HOME \"q\" `x`||yes\n",
            await ExecuteAsync(
                session,
                "echo \"${PWD##*/}|$A|$B|$C|$plain|$([[ $PATH == $PWD/mine:* ]] && echo yes)\""
            )
        );
        var screen = await ScreenAsync(session);
        Assert.Contains("two words", screen, StringComparison.Ordinal);
        Assert.Contains("Woke up after", screen, StringComparison.Ordinal);
        Assert.Contains("Metrics and traces begin anew", screen, StringComparison.Ordinal);
        Assert.Contains("Ended meanwhile", screen, StringComparison.Ordinal);
        Assert.Contains("  sleep 1000", screen, StringComparison.Ordinal);
        Assert.Equal(0, Sessions.Count().Hibernated);
    }

    [Fact]
    public async Task OpenAsync_ClusterIsNew_BeginsAfresh()
    {
        var session = await OpenAsync();
        await ExecuteAsync(session, "export A=old");
        session = await ReopenAsync(session, ClusterPast.New);

        Assert.Equal("none\n", await ExecuteAsync(session, "echo ${A-none}"));
        Assert.DoesNotContain("Woke up", await ScreenAsync(session), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_ShellToldWhatRuns_TakesOverNothingThatRuns()
    {
        var session = await OpenAsync();
        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        await File.WriteAllTextAsync(
            Path.Combine(Directory, "out", "exports"),
            """
            declare -x GOOD="fine"
            declare -x BAD="$(touch ran-1)"
            declare -x BAD="`touch ran-2`"
            declare -x BAD="x"; touch ran-3
            declare -x BAD=$'x'; touch ran-4
            touch ran-5
            """
        );
        Provider.Past = ClusterPast.Slept;
        session = await OpenAsync();

        Assert.Equal("fine none\n", await ExecuteAsync(session, "echo $GOOD ${BAD-none}"));
        Assert.Empty(System.IO.Directory.EnumerateFiles(Directory, "ran-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Shell_EndedAfterItWoke_IsFollowedByAFreshOne()
    {
        var session = await OpenAsync();
        await ExecuteAsync(session, "export A=old");
        session = await ReopenAsync(session, ClusterPast.Kept);
        Assert.Equal("old\n", await ExecuteAsync(session, "echo ${A-none}"));

        await session.RunAsync("step-1/look", new RunOptions(Code: "exit"), CancellationToken.None);

        Assert.Equal("none\n", await ExecuteAsync(session, "echo ${A-none}"));
    }

    [Fact]
    public async Task Count_Asleep_IsFoundByTheNextProcessAndEndsWithDeletion()
    {
        await OpenAsync();
        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();
        Assert.Equal(1, Sessions.Count().Hibernated);
        await RestartAsync();
        Factory.Sleeping.Load();
        Assert.Equal(1, Sessions.Count().Hibernated);

        await Sessions.DeleteAsync(Key, CancellationToken.None).DefaultTimeout();

        Assert.Equal(0, Sessions.Count().Hibernated);
    }

    [Fact]
    public async Task Close_WithMoreTerminals_TellsThatTheyEndedAndKeepsNone()
    {
        var session = await OpenAsync();
        await session.OpenTerminalAsync(CancellationToken.None);

        var next = await ReopenAsync(session, ClusterPast.Slept);

        Assert.Contains("Terminal 2", await ScreenAsync(next), StringComparison.Ordinal);
        Assert.Empty(next.Current.Terminals);
    }

    private async Task<ILessonSession> ReopenAsync(ILessonSession session, ClusterPast past)
    {
        await Sessions.CloseAsync(session.Key, CancellationToken.None).DefaultTimeout();
        Assert.Equal(1, Sessions.Count().Hibernated);
        Provider.Past = past;
        return await OpenAsync();
    }

    private static async Task<string> ExecuteAsync(ILessonSession session, string code)
    {
        var before = session.Current.Runs.GetValueOrDefault("step-1/look")?.RunId;
        await session.RunAsync("step-1/look", new RunOptions(Code: code), CancellationToken.None);
        return string.Concat((await UntilRan(session, "step-1/look", before)).Commands.Select(c => c.Output));
    }

    private static async Task<string> ScreenAsync(ILessonSession session)
    {
        await using var terminal = await session.AttachTerminalAsync(null, 120, 30, CancellationToken.None);
        await foreach (var data in terminal.Output) return Encoding.UTF8.GetString(data.Span);
        return "";
    }
}
