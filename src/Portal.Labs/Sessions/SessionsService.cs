using Microsoft.Extensions.Hosting;

namespace Portal.Labs.Sessions;

/// <summary>
/// Records from the start what an earlier process could not, and ends the sessions while everything that they and their
/// pages need is still there.
/// </summary>
internal sealed class SessionsService(LessonSessionFactory factory, LessonSessions sessions) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        factory.Sleeping.Load();
        return factory.Journals.ResumeAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await sessions.DisposeAsync().ConfigureAwait(false);
        factory.Sleeping.Leave();
    }
}
