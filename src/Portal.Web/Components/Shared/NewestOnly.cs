namespace Portal.Web.Components.Shared;

/// <summary>Questions of which the newest counts: each cancels the one before.</summary>
internal sealed class NewestOnly : IDisposable
{
    private CancellationTokenSource _asking = new();

    /// <param name="leaving">Cancels it too.</param>
    public CancellationToken Next(CancellationToken leaving)
    {
        var next = CancellationTokenSource.CreateLinkedTokenSource(leaving);
        var before = Interlocked.Exchange(ref _asking, next);
        before.Cancel();
        before.Dispose();
        return next.Token;
    }

    public void Dispose()
    {
        _asking.Cancel();
        _asking.Dispose();
    }
}
