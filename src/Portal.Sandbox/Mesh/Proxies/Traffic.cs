using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Proxies;

namespace Portal.Sandbox.Programs;

/// <summary>How a container's requests leave its pod.</summary>
internal static class Traffic
{
    /// <summary>
    /// Sends a request as the container's program would. With a sidecar it goes through the proxy, unless the caller is the
    /// proxy container itself, whose traffic is not redirected. A time limit ends as <see cref="ConnectionFailure.TimedOut"/>.
    /// </summary>
    public static async Task<HttpReply> SendAsync(this ContainerInstance container, HttpCall call, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var clock = RequestClock.Join(container.Pod.Cluster.Time);
        if (limit is not { } max) return await SendAsync(container, call, cancellationToken).ConfigureAwait(false);
        using var over = clock.Limit(max);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            // The caller's own limit holds even where a program does not listen to it.
            return await SendAsync(container, call, timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HttpReply.Fail(ConnectionFailure.TimedOut);
        }
    }

    private static ValueTask<HttpReply> SendAsync(ContainerInstance container, HttpCall call, CancellationToken cancellationToken) =>
        container.Pod.HasSidecar && !container.RunsAsProxy && container.Pod.Redirection?.TakesOutbound(container.Pod, call) != false ? OutboundProxy.SendAsync(container.Pod, call, cancellationToken) : DirectAsync(container.Pod, call, cancellationToken);

    /// <summary>What kube-proxy does: a ready endpoint of the service, or the pod with that address.</summary>
    private static async ValueTask<HttpReply> DirectAsync(PodInstance pod, HttpCall call, CancellationToken cancellationToken)
    {
        var config = pod.Cluster.Mesh.Config;
        var (host, port) = (call.TargetHost, call.TargetPort);
        call = call with { Source = pod, Headers = new HttpHeaders(call.Headers), Hops = call.Hops + 1 };
        if (host is "localhost" or "127.0.0.1" || host == pod.Ip) return await InboundProxy.LoopbackAsync(pod, port, call, cancellationToken).ConfigureAwait(false);
        if (DialTarget.Resolve(pod, host) is not { } target) return HttpReply.Fail(ConnectionFailure.NameNotFound);
        if (target.External is { } external) return await pod.Cluster.External.HandleAsync(external, port, call, cancellationToken).ConfigureAwait(false);
        var server = target.Pod;
        if (target.Service is { IsHeadless: false } service)
        {
            // A port that the service does not have, or no endpoint at all: nothing answers at that address.
            if (!service.HasPort(port)) return HttpReply.Fail(ConnectionFailure.TimedOut);
            if (service.Endpoints.Count == 0) return HttpReply.Fail(ConnectionFailure.Refused);
            var endpoint = service.Endpoints[Random.Shared.Next(service.Endpoints.Count)];
            (server, port) = (pod.Cluster.Pods.FindByIp(endpoint.Ip), endpoint.PortFor(port));
        }
        return server is null ? HttpReply.Fail(ConnectionFailure.Refused) : await InboundProxy.ArriveAsync(config, null, pod, server, false, port, null, call, cancellationToken).ConfigureAwait(false);
    }
}
