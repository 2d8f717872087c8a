using Portal.Web.Hosting;

namespace Portal.Web.Identity;

/// <summary>A link that only who runs the portal may see.</summary>
public interface IConsoleLink
{
    /// <summary>What it is for.</summary>
    string Heading { get; }

    /// <summary>Null when there is none to show.</summary>
    Task<string?> FindPathAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Shows such a link where only the operator looks: on the console of the portal, at start and when somebody without a
/// cookie comes, at most once in <see cref="Pause"/>. Never logged: logs travel.
/// </summary>
/// <param name="output">Where to print; the console when null.</param>
public sealed class WelcomeConsole(
    IConsoleLink link,
    PublicAddress address,
    TimeProvider time,
    TextWriter? output = null
) : IHostedLifecycleService
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private long? _last;

    /// <summary>Prints the link again, unless that was done a moment ago.</summary>
    public async Task RemindAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // The wall's clock may be set back, which must keep nobody out.
            if (_last is { } last && time.GetElapsedTime(last) < Pause)
                return;
            _last = time.GetTimestamp();
        }
        await PrintAsync(cancellationToken);
    }

    private async Task PrintAsync(CancellationToken cancellationToken)
    {
        if (await link.FindPathAsync(cancellationToken) is not { } path)
            return;
        await (output ?? Console.Out).WriteLineAsync(
            $"""

              {link.Heading} It works once:

                  {address.Of(path)}

            """
        );
    }

    // After the server has said where it listens.
    public Task StartedAsync(CancellationToken cancellationToken) => PrintAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
