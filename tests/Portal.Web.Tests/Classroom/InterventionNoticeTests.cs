using Bunit;
using Portal.Labs.Sessions;
using Portal.Web.Components.Help;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>What a learner reads when somebody else changed their session.</summary>
public sealed class InterventionNoticeTests : LessonContext
{
    [Theory]
    [InlineData(InterventionKind.Rewound, "exercise-1", "Grace put your cluster back to before Exercise 1 · Canary")]
    [InlineData(InterventionKind.Reset, null, "Grace reset your cluster")]
    public async Task Notice_SaysWhoDidWhatUntilItIsRead(InterventionKind kind, string? section, string title)
    {
        Session.Push(s => s with { Intervention = new(kind, "Grace", section, DateTimeOffset.UnixEpoch) });
        var cut = RenderNotice();

        Assert.Equal(title, cut.Find(".callout-title").TextContent);
        await cut.Find("button").ClickAsync(new());

        Assert.Equal("acknowledge", Assert.Single(Session.Calls));
        Assert.Empty(RenderNotice().FindAll(".callout"));
    }

    [Fact]
    public void Notice_MoreTimeAndTheEndOfIt_SayUntilWhen()
    {
        var end = new DateTimeOffset(2026, 11, 1, 14, 45, 0, TimeSpan.Zero);
        Session.Push(s =>
            s with
            {
                EndsAt = end,
                Intervention = new(InterventionKind.Extended, "Grace", null, DateTimeOffset.UnixEpoch),
            }
        );
        Assert.Contains("Grace gave you more time", RenderNotice().Markup, StringComparison.Ordinal);
        Assert.Contains("ends at 14:45", Text(RenderNotice()), StringComparison.Ordinal);

        Session.Push(s => s with { Intervention = null, EndsSoon = true });

        Assert.Contains("Your session ends at 14:45", Text(RenderNotice()), StringComparison.Ordinal);
        Assert.Contains("can give you more time", Text(RenderNotice()), StringComparison.Ordinal);
    }

    private static string Text(IRenderedComponent<InterventionNotice> cut) => cut.Find(".callout").TextContent;

    private IRenderedComponent<InterventionNotice> RenderNotice() =>
        Render<InterventionNotice>(p =>
            p.AddCascadingValue(Actions).Add(n => n.Lesson, Lesson).Add(n => n.Snapshot, Session.Current)
        );
}
