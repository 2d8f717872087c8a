using Portal.Sandbox.Api;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

public sealed class RequestGateTests
{
    private readonly RequestGate _gate = new(new SandboxBudgets { Requests = 4, Watches = 2, Streams = 1 });

    [Fact]
    public async Task Enter_WithoutFreeSeats_WaitsInLine()
    {
        var first = await _gate.EnterAsync(3, TestContext.Current.CancellationToken);
        var second = _gate.EnterAsync(2, TestContext.Current.CancellationToken);
        // A small request does not overtake: the large one would never come.
        var third = _gate.EnterAsync(1, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted || third.IsCompleted);

        first.Dispose();

        await second;
        await third;
    }

    [Fact]
    public async Task Enter_WithAFullLine_IsRefusedAndMayComeAgain()
    {
        using var all = await _gate.EnterAsync(int.MaxValue, TestContext.Current.CancellationToken);
        var waiting = Enumerable
            .Range(0, 4)
            .Select(_ => _gate.EnterAsync(1, TestContext.Current.CancellationToken).AsTask())
            .ToList();

        var refused = await Assert.ThrowsAsync<ApiException>(() =>
            _gate.EnterAsync(1, TestContext.Current.CancellationToken).AsTask()
        );

        Assert.Equal((429, 1L), (refused.Code, refused.RetryAfterSeconds));
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
    }

    [Fact]
    public async Task Enter_WhoeverGivesUp_LeavesTheLine()
    {
        using var leaving = new CancellationTokenSource();
        var first = await _gate.EnterAsync(4, TestContext.Current.CancellationToken);
        var gone = _gate.EnterAsync(4, leaving.Token).AsTask();
        var next = _gate.EnterAsync(4, TestContext.Current.CancellationToken).AsTask();

        await leaving.CancelAsync();
        first.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        (await next).Dispose();
        (await _gate.EnterAsync(4, TestContext.Current.CancellationToken)).Dispose();
    }

    [Fact]
    public void OpenWatch_BeyondTheBudget_IsRefusedUntilOneEnds()
    {
        var first = _gate.OpenWatch();
        _gate.OpenWatch();

        Assert.Throws<ApiException>(() => _gate.OpenWatch());
        first.Dispose();

        _gate.OpenWatch();
        _gate.OpenStream();
        Assert.Throws<ApiException>(() => _gate.OpenStream());
    }

    [Fact]
    public void Seats_GrowWithWhatMemoryIsNeeded()
    {
        Assert.Equal(1, RequestGate.SeatsForBody(0));
        Assert.Equal(RequestGate.SeatsForBody(RequestBody.Limit), RequestGate.SeatsForBody(null));
        Assert.True(RequestGate.SeatsForList(64 << 20) > 100);
    }
}
