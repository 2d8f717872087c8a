using Microsoft.Extensions.Time.Testing;
using Portal.Web.Deliveries;
using Portal.Web.Lti;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class PlatformKeysTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private SimulatedPlatform _platform = null!;
    private PlatformKeys _keys = null!;
    private LtiPlatform _known = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _keys = new PlatformKeys(new DeliveryClient(new DeliveryClients(), _time), _time);
        _known = new LtiPlatform { Name = "Test School", Issuer = "x", JwksUrl = _platform.Address + "/jwks" };
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    [Fact]
    public async Task Find_KnownKey_IsFetchedOnceAndAgainAfterHalfADay()
    {
        await FindAsync("key-1");
        await FindAsync("key-1");
        Assert.Equal(1, _platform.KeysFetched);

        _time.Advance(TimeSpan.FromHours(13));
        await FindAsync("key-1");

        Assert.Equal(2, _platform.KeysFetched);
    }

    [Fact]
    public async Task Find_KeyThatIsNewThere_IsFetched()
    {
        await FindAsync("key-1");
        _platform.RotateKey();
        _time.Advance(PlatformKeys.Pause);

        await FindAsync("key-2");

        Assert.Equal(2, _platform.KeysFetched);
    }

    [Fact]
    public async Task Find_KeysThatDoNotExist_AreNotAskedForEachTime()
    {
        for (var i = 0; i < 20; i++)
            Assert.Contains("is not among the keys", await ProblemAsync($"guess-{i}"), StringComparison.Ordinal);

        Assert.Equal(1, _platform.KeysFetched);
    }

    [Theory]
    [InlineData("/course", "answers 200 with no set of keys")]
    [InlineData("/nothing", "answers 404 with no set of keys")]
    public async Task Find_NoSetOfKeys_SaysSo(string path, string problem)
    {
        _known.JwksUrl = _platform.Address + path;

        Assert.Contains(problem, await ProblemAsync("key-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_PlatformAway_SaysSoAndKnowsWhatItKnew()
    {
        await FindAsync("key-1");
        _known.JwksUrl = "http://127.0.0.1:1/jwks";
        _time.Advance(TimeSpan.FromHours(13));

        await FindAsync("key-1");
        Assert.Contains("does not answer", await ProblemAsync("key-2"), StringComparison.Ordinal);
    }

    private async Task FindAsync(string kid) =>
        Assert.Single(await _keys.FindAsync(_known, kid, CancellationToken.None));

    private async Task<string> ProblemAsync(string kid) =>
        (await Assert.ThrowsAsync<LaunchRefusedException>(() => FindAsync(kid))).Message;
}
