using Portal.Sandbox.Mesh;

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
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is { } max) timeout.CancelAfter(max);
        try
        {
            var pod = container.Pod;
            var sent = pod.HasSidecar && !container.IsProxy
                ? OutboundProxy.SendAsync(pod, call, timeout.Token)
                : DirectAsync(pod, call, timeout.Token);
            // The caller's own limit holds even where a program does not listen to it.
            return await sent.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HttpReply.Fail(ConnectionFailure.TimedOut);
        }
    }

    /// <summary>What kube-proxy does: a ready endpoint of the service, or the pod with that address.</summary>
    private static async Task<HttpReply> DirectAsync(PodInstance pod, HttpCall call, CancellationToken cancellationToken)
    {
        var cluster = pod.Cluster;
        if (call.Host is "localhost" or "127.0.0.1" || call.Host == pod.Ip) return await ServerSide.ProgramAsync(pod, call.Port, call, null, false, cancellationToken).ConfigureAwait(false);
        var config = cluster.Mesh.Config;
        if (cluster.Pods.FindByIp(call.Host) is { } target)
            return await ServerSide.DeliverAsync(cluster, config, pod, new(target.Ip, target.Name, target.Namespace, target.Labels, new Dictionary<int, int>(), false), call.Port, "DISABLE", call, cancellationToken).ConfigureAwait(false);
        if (ServiceRegistry.Of(cluster.Store.Snapshot).Resolve(call.Host, pod.Namespace) is not { } service)
            return cluster.External.Exists(call.Host) ? await cluster.External.HandleAsync(call.Host, call, cancellationToken).ConfigureAwait(false) : HttpReply.Fail(ConnectionFailure.NameNotFound);
        // A port that the service does not have, or no endpoint at all: nothing answers at that address.
        if (!service.HasPort(call.Port)) return HttpReply.Fail(ConnectionFailure.TimedOut);
        if (service.Endpoints.Count == 0) return HttpReply.Fail(ConnectionFailure.Refused);
        var endpoint = service.Endpoints[Random.Shared.Next(service.Endpoints.Count)];
        return await ServerSide.DeliverAsync(cluster, config, pod, endpoint, endpoint.TargetPorts.GetValueOrDefault(call.Port, call.Port), "DISABLE", call, cancellationToken).ConfigureAwait(false);
    }
}
