using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Labs;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;

namespace Portal.Benchmarks;

/// <summary>Lesson sessions as the portal has them, with sandbox clusters.</summary>
internal sealed class Lab : IAsyncDisposable
{
    private const string Course = "kubernetes", Lesson = "20-service-mesh-istio";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portal-benchmark-");
    private readonly ServiceProvider _provider;

    /// <param name="isolation">As in the configuration.</param>
    public Lab(string isolation)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Portal:Content:Root", Path.GetFullPath("content")),
            new("Portal:Labs:WorkspacesDirectory", Path.Combine(_directory.FullName, "workspaces")),
            new("Portal:Clusters:Sandbox:Directory", Path.Combine(_directory.FullName, "clusters")),
            new("Portal:Labs:Isolation", isolation),
        ]).Build());
        services.AddPortalLabs();
        _provider = services.BuildServiceProvider();
    }

    /// <summary>Returns when the learner can type.</summary>
    public async Task<ILessonSession> OpenAsync(string learner)
    {
        var session = await _provider
            .GetRequiredService<ILessonSessions>()
            .OpenAsync(new(learner, Course, Lesson), CancellationToken.None);
        await UntilAsync(session, s => s.Workspace.Phase == WorkspacePhase.Ready);
        return session;
    }

    public IMachine Machine => _provider.GetRequiredService<IMachine>();

    /// <summary>The session sleeps on disk.</summary>
    public Task CloseAsync(string learner) =>
        _provider
            .GetRequiredService<ILessonSessions>()
            .CloseAsync(new(learner, Course, Lesson), CancellationToken.None);

    public static async Task UntilAsync(ILessonSession session, Func<SessionSnapshot, bool> condition)
    {
        await foreach (var snapshot in session.WatchAsync(CancellationToken.None))
            if (condition(snapshot)) return;
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
