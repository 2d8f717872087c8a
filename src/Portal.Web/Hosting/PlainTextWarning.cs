using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Says once, at start, that a class's passwords travel without TLS.</summary>
internal sealed class PlainTextWarning(IConfiguration configuration, ILogger<PlainTextWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (ListenAddresses.FindPlainText(configuration) is { } problem)
            Log.PlainText(logger, problem);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
