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

    public Task<ServiceNumbers> ReadServiceNumbersAsync(CancellationToken cancellationToken) =>
        _lifecycle.Lab is { } lab
            ? ServiceNumbersReader.ReadAsync(lab.Api, cancellationToken)
            : Task.FromResult(ServiceNumbers.NotInstalled);

    public Task<TraceList> ReadTracesAsync(string? service, CancellationToken cancellationToken) =>
        _lifecycle.Lab is { } lab
            ? TraceReader.ReadAsync(lab.Api, service, cancellationToken)
            : Task.FromResult(TraceList.NotInstalled);

    public RouteExplanation? ExplainRoute(RouteQuestion question) =>
        _lifecycle.Lab is { } lab ? RouteExplainer.Explain(lab.View.Current, question) : null;
}
