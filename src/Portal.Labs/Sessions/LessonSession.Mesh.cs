using Portal.Labs.Grading.Routing;
using Portal.Labs.Traffic;

namespace Portal.Labs.Sessions;

/// <summary>What the learner asks the mesh from the page.</summary>
internal sealed partial class LessonSession
{
    public Task SendAsync(TrafficOrder order, CancellationToken cancellationToken)
    {
        Touch();
        _traffic.Start(order);
        return Task.CompletedTask;
    }

    public Task StopSendingAsync(CancellationToken cancellationToken) =>
        _traffic.StopAsync().WaitAsync(cancellationToken);

    public Task<MeshTraffic> ReadTrafficAsync(CancellationToken cancellationToken) =>
        _lifecycle.Lab is { } lab
            ? TrafficReader.ReadAsync(lab.Api, cancellationToken)
            : Task.FromResult(MeshTraffic.NotInstalled);

    public RouteExplanation? ExplainRoute(RouteQuestion question) =>
        _lifecycle.Lab is { } lab ? RouteExplainer.Explain(lab.View.Current, question) : null;
}
