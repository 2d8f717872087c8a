using System.Globalization;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Upstream;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>
/// One request in a client's proxy or a gateway, from the matched route on: faults, answers of the proxy itself, rewriting, and the router with its
/// timeout and retries. Afterwards it knows what logs, metrics and spans tell.
/// </summary>
internal sealed class Router(PodInstance client, MeshConfig config)
{
    private const string NoHost = "no healthy upstream";

    private readonly SandboxCluster _cluster = client.Cluster;

    /// <summary>The cluster and host that the last try used; for the access log.</summary>
    public string ClusterName { get; set; } = "-";
    public string UpstreamHost { get; set; } = "-";
    public string RouteName { get; set; } = "-";

    /// <summary>For metrics: the service that the request was for, the pod that the last try reached, and whether by mutual TLS.</summary>
    public UpstreamCluster? Upstream { get; private set; }
    public ServiceEndpoint? Endpoint { get; private set; }
    public bool Mutual { get; set; }

    /// <summary>The address that the client chose, for clusters that go there.</summary>
    public DialTarget? Dialed { get; set; }

    /// <summary>Where the matched route leads, as spans are named.</summary>
    public string Operation { get; private set; } = "";

    public async ValueTask<HttpReply> RunAsync(HttpRoute route, RouteMatch? match, ProxyView view, HttpCall call, int listenerPort, CancellationToken cancellationToken)
    {
        RouteName = route.Name ?? "-";
        var delayed = false;
        if (route.Faults is { } faults)
        {
            if (faults.Delay is { } delay && faults.DelayShare.Strikes(Random.Shared))
            {
                delayed = true;
                await RequestClock.WaitAsync(delay, _cluster.Time, cancellationToken).ConfigureAwait(false);
            }
            if (faults.AbortShare.Strikes(Random.Shared) && Abort(faults, delayed) is { } aborted)
            {
                Aim(route, match, view, listenerPort);
                return Finish(route, null, call, aborted);
            }
        }
        if (route.Cors?.Preflight(call) is { } preflight) return preflight;
        if (route.Redirect is { } redirect) return Finish(route, null, call, redirect.Answer(call, match, listenerPort));
        if (route.Direct is { } direct) return Finish(route, null, call, direct.Answer());
        // A route without any destination, such as one whose weights are all zero, leads nowhere.
        if (route.Pick(Random.Shared) is not { } destination) return Finish(route, null, call, HttpReply.Of(503, "", flags: "NC", details: "cluster_not_found"));
        if (destination.Failure is { } failure) return Finish(route, null, call, HttpReply.Of(failure, "", flags: failure == 500 ? "-" : "NC", details: failure == 500 ? "direct_response" : "cluster_not_found"));
        var sent = Rewrite(route, destination, match, call);
        var upstream = view.Cluster(destination.Destination, listenerPort);
        foreach (var mirror in route.Mirrors) if (mirror.Share.Strikes(Random.Shared)) Mirror(mirror, view, sent, listenerPort);
        Operation = string.Create(CultureInfo.InvariantCulture, $"{upstream.Host}:{upstream.Port}{match?.Uri?.ToString() ?? "/*"}");
        var reply = await SendAsync(upstream, sent, route.Timeout, route.Retries ?? config.Settings.DefaultRetries, cancellationToken).ConfigureAwait(false);
        reply = Finish(route, destination, call, reply);
        return delayed && reply.Flags == "-" ? reply with { Flags = "DI" } : reply;
    }

    /// <summary>The cluster of a request that does not get there: logs and metrics name it all the same.</summary>
    private void Aim(HttpRoute route, RouteMatch? match, ProxyView view, int listenerPort)
    {
        if (route.Pick(Random.Shared) is not { Failure: null } destination || view.Cluster(destination.Destination, listenerPort) is not { Exists: true } upstream) return;
        (ClusterName, Upstream) = (upstream.Name, upstream);
        Operation = string.Create(CultureInfo.InvariantCulture, $"{upstream.Host}:{upstream.Port}{match?.Uri?.ToString() ?? "/*"}");
    }

    /// <summary>Sends to a cluster: the policy's timeout over all tries, and retries.</summary>
    public async ValueTask<HttpReply> SendAsync(UpstreamCluster upstream, HttpCall call, TimeSpan? timeout, RetryPolicy policy, CancellationToken cancellationToken)
    {
        ClusterName = upstream.Name;
        Upstream = upstream;
        if (Operation.Length == 0) Operation = string.Create(CultureInfo.InvariantCulture, $"{upstream.Host}:{upstream.Port}/*");
        if (!upstream.Exists) return HttpReply.Of(503, "", flags: "NC", details: "cluster_not_found");
        if (timeout is not { } limit) return await TryAllAsync(upstream, call, policy, CancellationToken.None, cancellationToken).ConfigureAwait(false);
        call.Headers["x-envoy-expected-rq-timeout-ms"] = ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        using var deadline = RequestClock.Join(_cluster.Time).Limit(limit);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        return await TryAllAsync(upstream, call, policy, whole.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="whole">Ends when the route's timeout is over; none when it cannot be cancelled.</param>
    private async ValueTask<HttpReply> TryAllAsync(UpstreamCluster upstream, HttpCall call, RetryPolicy policy, CancellationToken whole, CancellationToken outer)
    {
        var limit = whole.CanBeCanceled ? whole : outer;
        HashSet<string>? tried = null;
        UpstreamState? retrying = null;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var reply = await TryAsync(upstream, call, attempt, tried, policy.PerTry, limit, outer).ConfigureAwait(false);
                if (whole.IsCancellationRequested && !outer.IsCancellationRequested) return TimedOut("response_timeout");
                if (!policy.Covers(reply)) return Local(reply);
                if (attempt > policy.Attempts) return Local(reply) is var last && policy.Attempts > 0 ? Flagged(last, "URX") : last;
                if (retrying is null)
                {
                    var state = client.Upstreams.For(upstream, _cluster.Time);
                    if (!state.BeginRetry()) return Flagged(Local(reply), "UO");
                    retrying = state;
                }
                if (policy.IgnorePreviousHosts && Endpoint is { } used) (tried ??= new(StringComparer.Ordinal)).Add(used.Ip);
                await RequestClock.WaitAsync(policy.Wait(attempt), _cluster.Time, limit).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!outer.IsCancellationRequested)
        {
            return TimedOut("response_timeout");
        }
        finally
        {
            retrying?.EndRetry();
        }
    }

    private async ValueTask<HttpReply> TryAsync(UpstreamCluster upstream, HttpCall call, int attempt, HashSet<string>? tried, TimeSpan? perTry, CancellationToken limit, CancellationToken outer)
    {
        var endpoints = upstream.IsOriginalDestination && OriginalDestination(upstream) is { } dialed ? [dialed] : upstream.Endpoints;
        if (endpoints.Count == 0) return HttpReply.Of(503, NoHost, flags: "UH", details: "no_healthy_upstream");
        var state = client.Upstreams.For(upstream, _cluster.Time);
        string? cookie = null;
        var key = upstream.Policy.Hash?.KeyOf(call, client, out cookie);
        if (state.Pick(endpoints, tried, key) is not { } endpoint) return HttpReply.Of(503, NoHost, flags: "UH", details: "no_healthy_upstream");
        HttpReply? outcome = null;
        RequestLimit? single = null;
        CancellationTokenSource? linked = null;
        try
        {
            if (perTry is { } span && span > TimeSpan.Zero)
            {
                single = RequestClock.Join(_cluster.Time).Limit(span);
                linked = CancellationTokenSource.CreateLinkedTokenSource(limit, single.Token);
                limit = linked.Token;
            }
            if (!await state.Pool.EnterAsync(limit).ConfigureAwait(false))
            {
                UpstreamHost = "-";
                return Overflow();
            }
            try
            {
                outcome = await DeliverAsync(upstream, endpoint, call, attempt, limit).ConfigureAwait(false);
            }
            finally
            {
                state.Pool.Leave();
            }
            if (cookie is not null && !outcome.Failed) outcome.Headers.Add("set-cookie", cookie);
            return outcome;
        }
        catch (OperationCanceledException) when (!outer.IsCancellationRequested)
        {
            return outcome = TimedOut("upstream_per_try_timeout");
        }
        finally
        {
            state.Release(endpoint, outcome, upstream.Endpoints.Count);
            linked?.Dispose();
            single?.Dispose();
        }
    }

    /// <summary>The cluster that this request is about, where it is not sent by <see cref="SendAsync"/>.</summary>
    public void Describe(UpstreamCluster upstream) => Upstream = upstream;

    /// <summary>One connection to a host of the cluster; nothing is tried again and nothing answers in the host's place.</summary>
    public async ValueTask<HttpReply> ConnectAsync(UpstreamCluster upstream, HttpCall call, CancellationToken cancellationToken)
    {
        var reply = await TryAsync(upstream, call, 1, null, null, cancellationToken, cancellationToken).ConfigureAwait(false);
        return reply.Flags is "UH" or "UO" ? HttpReply.Fail(ConnectionFailure.Reset) with { Flags = reply.Flags } : reply;
    }

    private ServiceEndpoint? OriginalDestination(UpstreamCluster upstream)
    {
        if (Dialed is not { } target) return null;
        if (target.Pod is { } pod) return upstream.Endpoints.FirstOrDefault(e => e.Ip == pod.Ip) ?? new(pod.Ip, pod.Name, pod.Namespace, pod.Labels, new Dictionary<int, int>(), pod.Labels.GetValueOrDefault("security.istio.io/tlsMode") == "istio");
        var ports = upstream.Endpoints is [var first, ..] ? first.TargetPorts : new Dictionary<int, int>();
        return target.External is { } host ? new(target.Ip, "", "", Json.JsonExtensions.EmptyMap, ports, false) { ExternalHost = host } : null;
    }

    private ValueTask<HttpReply> DeliverAsync(UpstreamCluster upstream, ServiceEndpoint endpoint, HttpCall call, int attempt, CancellationToken cancellationToken)
    {
        var port = endpoint.PortFor(upstream.Port);
        UpstreamHost = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Ip}:{port}");
        Endpoint = endpoint;
        var headers = new HttpHeaders(call.Headers);
        if (call.IsPlainHttp) headers["x-envoy-attempt-count"] = attempt == 1 ? "1" : attempt.ToString(CultureInfo.InvariantCulture);
        var outgoing = call with { Headers = headers, Source = client, Hops = call.Hops + 1 };
        return InboundProxy.DeliverAsync(config, this, client, endpoint, port, upstream.Policy.Tls, outgoing, cancellationToken);
    }

    private static HttpCall Rewrite(HttpRoute route, WeightedDestination destination, RouteMatch? match, HttpCall call)
    {
        var headers = new HttpHeaders(call.Headers);
        // The more specific comes first, so that the route has the last word.
        destination.Request?.Apply(headers);
        route.Request?.Apply(headers);
        var authority = route.Request?.Authority ?? destination.Request?.Authority ?? route.Rewrite?.Authority ?? call.Authority;
        var path = route.Rewrite?.Path(call, match) ?? call.Path;
        if (path != call.Path) headers["x-envoy-original-path"] = call.Path;
        return call with { Headers = headers, Path = path, Authority = authority };
    }

    private static HttpReply Finish(HttpRoute route, WeightedDestination? destination, HttpCall call, HttpReply reply)
    {
        destination?.Response?.Apply(reply.Headers);
        route.Response?.Apply(reply.Headers);
        route.Cors?.Mark(call, reply);
        return reply;
    }

    private static HttpReply? Abort(Faults faults, bool delayed)
    {
        var flags = delayed ? "DI,FI" : "FI";
        if (faults.AbortStatus is { } status) return HttpReply.Of(status, "fault filter abort", flags: flags, details: "fault_filter_abort");
        if (faults.AbortGrpcStatus is not { } grpc) return null;
        var reply = HttpReply.Of(200, "", flags: flags, details: "fault_filter_abort");
        reply.Headers["content-type"] = "application/grpc";
        reply.Headers["grpc-status"] = grpc.ToString(CultureInfo.InvariantCulture);
        reply.Headers["grpc-message"] = "fault filter abort";
        return reply;
    }

    /// <summary>Sends a copy; nobody waits for the answer.</summary>
    private void Mirror(MirrorTarget mirror, ProxyView view, HttpCall call, int listenerPort)
    {
        var copy = call with { Headers = new HttpHeaders(call.Headers) };
        var upstream = view.Cluster(mirror.Destination, listenerPort);
        _cluster.Guarded.Start(
            "mirror",
            async () =>
            {
                RequestClock.Begin(_cluster.Time);
                await new Router(client, config)
                    .SendAsync(upstream, copy, null, RetryPolicy.None, _cluster.Stopping)
                    .ConfigureAwait(false);
            }
        );
    }

    private static HttpReply Flagged(HttpReply reply, string flag) => reply with { Flags = reply.Flags == "-" ? flag : $"{reply.Flags},{flag}" };

    private static HttpReply TimedOut(string details) => HttpReply.Of(504, "upstream request timeout", flags: "UT", details: details);

    /// <summary>The proxy's own answer to a request that its connection pool has no room for. It is not an error of a host.</summary>
    public static HttpReply Overflow()
    {
        var reply = HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: overflow", flags: "UO", details: "upstream_reset_before_response_started{overflow}");
        reply.Headers["x-envoy-overloaded"] = "true";
        return reply;
    }

    /// <summary>A connection that failed becomes the proxy's own 503.</summary>
    private static HttpReply Local(HttpReply reply) => reply.Failure switch
    {
        ConnectionFailure.None => reply,
        ConnectionFailure.Reset => HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", flags: "UC", details: "upstream_reset_before_response_started{connection_termination}"),
        ConnectionFailure.TlsMismatch or ConnectionFailure.TlsRefused => HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end", flags: "UF", details: "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}"),
        _ => HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused", flags: "UF", details: "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"),
    };
}
