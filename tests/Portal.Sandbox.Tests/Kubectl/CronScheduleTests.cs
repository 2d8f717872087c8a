using System.Globalization;
using Portal.Sandbox.Controllers;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2026-01-01T00:15:00Z")]
    [InlineData("30 2 * * *", "2026-01-01T02:30:00Z")]
    [InlineData("0 0 1 * *", "2026-02-01T00:00:00Z")]
    [InlineData("0 12 * * MON-FRI", "2026-01-01T12:00:00Z")]
    [InlineData("0 0 13 * FRI", "2026-01-02T00:00:00Z")]
    [InlineData("5,10 1-3/2 * feb *", "2026-02-01T01:05:00Z")]
    [InlineData("@weekly", "2026-01-04T00:00:00Z")]
    [InlineData("0 0 30 2 *", null)]
    public void Next_AfterNewYear_IsTheFirstMatch(string schedule, string? expected)
    {
        var next = CronSchedule.Parse(schedule).Next(DateTimeOffset.Parse("2026-01-01T00:00:30Z", CultureInfo.InvariantCulture));

        Assert.Equal(expected, next?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("x * * * *")]
    public void Parse_OfSomethingElse_IsRefused(string schedule) => Assert.Throws<FormatException>(() => CronSchedule.Parse(schedule));
}
