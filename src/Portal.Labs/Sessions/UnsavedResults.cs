using Microsoft.Extensions.Hosting;

namespace Portal.Labs.Sessions;

/// <summary>Records what an earlier process could not, from the start and until the store takes it.</summary>
internal sealed class UnsavedResults(LessonSessionFactory factory) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => factory.Journals.ResumeAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
