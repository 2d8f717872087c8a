using Microsoft.Extensions.Options;
using Portal.Web.Hosting;
using Xunit;

namespace Portal.Web.Tests.Hosting;

public sealed class RateLimitsTests
{
    [Fact]
    public void RefuseRuns_BeyondTheLimit_RefusesThisLearnerOnly()
    {
        using var limits = Limits(3);

        for (var i = 0; i < 3; i++)
            Assert.Null(limits.RefuseRuns("ada", 1));

        Assert.StartsWith(
            "You started 3 runs within a minute, and that is the limit. Nothing was run. Wait 20 s",
            limits.RefuseRuns("ada", 1),
            StringComparison.Ordinal
        );
        Assert.Null(limits.RefuseRuns("grace", 1));
    }

    [Fact]
    public void RefuseRuns_StepThatDoesNotFit_CountsNothing()
    {
        using var limits = Limits(3);
        Assert.Null(limits.RefuseRuns("ada", 2));

        Assert.NotNull(limits.RefuseRuns("ada", 2));

        Assert.Null(limits.RefuseRuns("ada", 1));
    }

    [Fact]
    public void RefuseRuns_StepLongerThanTheLimit_RunsOnce()
    {
        using var limits = Limits(3);

        Assert.Null(limits.RefuseRuns("ada", 7));
        Assert.NotNull(limits.RefuseRuns("ada", 1));
    }

    [Fact]
    public void RefuseRequests_BeyondTheLimit_SaysSoAndLeavesRunsAlone()
    {
        using var limits = new RateLimits(
            Options.Create(new LimitOptions { RunsPerMinute = 1, RequestsPerMinute = 100 })
        );
        Assert.Null(limits.RefuseRequests("ada", 100));

        Assert.StartsWith(
            "You sent 100 requests within a minute",
            limits.RefuseRequests("ada", 1),
            StringComparison.Ordinal
        );
        Assert.Null(limits.RefuseRuns("ada", 1));
    }

    private static RateLimits Limits(int runsPerMinute) =>
        new(Options.Create(new LimitOptions { RunsPerMinute = runsPerMinute }));
}
