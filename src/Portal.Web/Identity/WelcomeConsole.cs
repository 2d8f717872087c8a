using Portal.Web.Hosting;

namespace Portal.Web.Identity;

/// <summary>
/// Shows the owner's link where only the owner looks: on the console of the portal, at start and when somebody without
/// a cookie comes, at most once in <see cref="Pause"/>. Never logged: logs travel.
/// </summary>
/// <param name="output">Where to print; the console when null.</param>
public sealed class WelcomeConsole(WelcomeLinks links, PublicAddress address, TimeProvider time, TextWriter? output = null)
    : IHostedLifecycleService
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Prints the link again, unless that was done a moment ago.</summary>
    public void Remind()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now < _next) return;
            _next = now + Pause;
            Print();
        }
    }

    private void Print() => (output ?? Console.Out).WriteLine($"""

          Open the portal as its owner with this link. It works once:

              {address.Of(links.OwnerPath)}

        """);

    // After the server has said where it listens.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        lock (_lock) Print();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
