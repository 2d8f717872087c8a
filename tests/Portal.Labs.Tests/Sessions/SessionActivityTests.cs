using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>What those who instruct a learner are told of a session.</summary>
public sealed class SessionActivityTests : SessionFixture
{
    private ISessionActivities Activities => Factory.Activities;

    [Fact]
    public async Task Activities_EditedRunFails_TellsWhatWasRun()
    {
        var session = await OpenAsync();
        await session.RunAsync(
            "step-2/make",
            new RunOptions(Code: "echo first\necho why >&2; (exit 3)\necho never"),
            CancellationToken.None
        );

        var failure = (await UntilAsync(a => a.LastFailure is not null)).LastFailure!;

        Assert.Equal("echo why >&2; (exit 3)", failure.Text);
        Assert.Equal(
            (CommandOrigin.Edited, "step-2", 3, "why"),
            (failure.Origin, failure.SectionId, failure.ExitCode, failure.Tail)
        );
    }

    [Fact]
    public async Task Activities_TypedCommands_KeepTheLastFailure()
    {
        var session = await OpenAsync();
        await using var terminal = await session.AttachTerminalAsync(null, 80, 24, CancellationToken.None);
        await terminal.WriteAsync("echo no; false\r"u8.ToArray(), CancellationToken.None);
        await UntilAsync(a => a.LastFailure is not null);
        await terminal.WriteAsync("echo yes\r"u8.ToArray(), CancellationToken.None);

        var activity = await UntilAsync(a => a.Last?.Text == "echo yes");

        Assert.Equal((CommandOrigin.Typed, 1), (activity.LastFailure!.Origin, activity.LastFailure.ExitCode));
        Assert.False(activity.Last!.Failed);
    }

    [Fact]
    public void Touch_ClockSetBack_IsNotActiveInTheFuture()
    {
        var time = new SetTime();
        var activities = new SessionActivities(time);
        activities.Touch(Key);

        time.Offset = TimeSpan.FromHours(-1);
        activities.Touch(Key);

        Assert.InRange(activities.Current[Key].LastActive, DateTimeOffset.MinValue, time.GetUtcNow());
    }

    [Fact]
    public async Task Activities_SessionEnds_AreForgotten()
    {
        var session = await OpenAsync();
        await session.RunAsync("step-2/make", RunOptions.WholeBlock, CancellationToken.None);
        await UntilAsync(a => a.Last is not null);

        await Sessions.CloseAsync(Key, CancellationToken.None);

        Assert.Empty(Activities.Current);
    }

    private async Task<SessionActivity> UntilAsync(Func<SessionActivity, bool> isThere)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        await foreach (var all in Activities.WatchAsync(limit.Token))
        {
            if (all.GetValueOrDefault(Key) is { } activity && isThere(activity)) return activity;
        }
        throw new InvalidOperationException("The activities ended.");
    }
}
