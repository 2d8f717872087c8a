using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class SessionPredictionTests : SessionFixture
{
    [Fact]
    public async Task PredictAsync_FirstChoice_IsKeptAndEarnsNothing()
    {
        var session = await OpenAsync();

        await session.PredictAsync("expect", "much", CancellationToken.None);
        await session.PredictAsync("expect", "little", CancellationToken.None);

        Assert.Equal("much", session.Current.Predictions["expect"]);
        Assert.Equal(0, session.Current.PointsEarned);
        Assert.Equal(("much", 0), (Recorder.Checks["expect"].Message, Recorder.Checks["expect"].Points));
        Assert.Equal(SectionPhase.NotStarted, session.Current.Sections["step-2"].Phase);
    }

    [Fact]
    public async Task PredictAsync_SessionOpensAgain_IsStillThere()
    {
        await (await OpenAsync()).PredictAsync("expect", "?", CancellationToken.None);
        await Sessions.CloseAsync(Key, CancellationToken.None).DefaultTimeout();

        Assert.Equal("?", (await OpenAsync()).Current.Predictions["expect"]);
    }

    [Theory]
    [InlineData("expect", "most")]
    [InlineData("thing", "much")]
    public async Task PredictAsync_NoChoiceOfTheLesson_IsRefused(string id, string choice)
    {
        var session = await OpenAsync();

        await Assert.ThrowsAsync<RunRefusedException>(() => session.PredictAsync(id, choice, CancellationToken.None));
        Assert.Empty(session.Current.Predictions);
    }
}
