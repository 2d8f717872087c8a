using Microsoft.Extensions.Time.Testing;
using Portal.Web.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class LaunchStatesTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public void Use_Twice_IsRefusedUntilItIsOverAnyway()
    {
        var states = new LaunchStates(_time);
        var state = Make(states);

        Assert.True(states.Use(state));
        Assert.False(states.Use(state));
        _time.Advance(LaunchStates.Lifetime);
        Assert.False(states.Use(state));
        Assert.False(states.IsOver(state.Expires));
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(states.IsOver(state.Expires));
    }

    [Fact]
    public void Read_WhatAnotherProcessMade_IsNothing()
    {
        var states = new LaunchStates(_time);
        var made = states.Protect(Make(states));

        Assert.NotNull(states.Read<LaunchState>(made));
        Assert.Null(new LaunchStates(_time).Read<LaunchState>(made));
        Assert.Null(states.Read<LtiPlatform>(made));
        Assert.Null(states.Read<LaunchState>(""));
        Assert.Null(states.Read<LaunchState>(null));
        Assert.DoesNotContain("hint", made, StringComparison.Ordinal);
    }

    private static LaunchState Make(LaunchStates states) =>
        new(
            "platform",
            "hint",
            null,
            null,
            "https://portal.example/",
            LaunchStates.NewSecret(),
            "secret",
            states.NewEnd()
        );
}
