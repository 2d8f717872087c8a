using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>Carries out a route as Envoy does: fault, redirect or direct response, rewrite, headers, then the router with its timeout and retries.</summary>
internal sealed class RouteExecution(SandboxCluster cluster, MeshConfig config, PodInstance client, string clientNamespace)
{
    private const string DefaultRetryOn = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
    private const int DefaultAttempts = 2;

    /// <summary>The cluster and host that the last try used; for the access log.</summary>
    public string ClusterName { get; set; } = "-";
    public string UpstreamHost { get; set; } = "-";

    /// <summary>For metrics: the service that the request was for, the pod that the last try reached, and whether by mutual TLS.</summary>
    public UpstreamCluster? Upstream { get; private set; }
    public ServiceEndpoint? Endpoint { get; private set; }
    public bool Mutual { get; private set; }

    /// <summary>Where the matched route leads, as spans are named.</summary>
    public string Operation { get; private set; } = "";

    public async Task<HttpReply> RunAsync(JsonObject route, JsonObject? match, string ruleNamespace, HttpCall call, int listenerPort, CancellationToken cancellationToken)
    {
        var flags = "";
        if (route.Obj("fault") is { } fault)
        {
            if (Hit(fault.Obj("delay", "percentage")) && EnvoyDuration.Parse(fault.Str("delay", "fixedDelay")) is { } delay)
            {
                flags = "DI";
                await Task.Delay(delay, cluster.Time, cancellationToken).ConfigureAwait(false);
            }
            if (Hit(fault.Obj("abort", "percentage")) && fault.Num("abort", "httpStatus") is { } status)
                return HttpReply.Of((int)status, "fault filter abort", flags: flags.Length > 0 ? "DI,FI" : "FI", details: "fault_filter_abort");
        }
        if (route.Obj("redirect") is { } redirect) return Redirect(redirect, call);
        if (route.Obj("directResponse") is { } direct) return HttpReply.Of(direct.Int(200, "status"), direct.Str("body", "string") ?? "", details: "direct_response");
        var rewritten = Rewrite(route.Obj("rewrite"), match, call);
        ApplyHeaders(route.Obj("headers", "request"), rewritten.Headers);
        var destination = Pick(route);
        ApplyHeaders(destination.Obj("headers", "request"), rewritten.Headers);
        var upstream = UpstreamCluster.Find(config, destination.Str("destination", "host") ?? "", destination.At("destination", "port", "number") is { } p ? (int?)p.Num() : null, listenerPort, destination.Str("destination", "subset"), ruleNamespace, clientNamespace);
        if (route.Obj("mirror") is { } mirror && Hit(route.Obj("mirrorPercentage"), missing: true)) Mirror(mirror, rewritten, listenerPort, ruleNamespace);
        if ((match.Str("uri", "exact") ?? (match.Str("uri", "prefix") is { } prefix ? prefix.TrimEnd('*') + "*" : null)) is { } matched) Operation = string.Create(CultureInfo.InvariantCulture, $"{upstream.Service?.Host ?? call.Host}:{upstream.Port}{matched}");
        var reply = await SendAsync(upstream, rewritten, EnvoyDuration.Parse(route.Str("timeout")), route.Obj("retries"), cancellationToken).ConfigureAwait(false);
        ApplyHeaders(destination.Obj("headers", "response"), reply.Headers);
        ApplyHeaders(route.Obj("headers", "response"), reply.Headers);
        return flags.Length > 0 && reply.Flags == "-" ? reply with { Flags = flags } : reply;
    }

    /// <summary>The router: one upstream, the policy's timeout over all tries, and retries.</summary>
    public async Task<HttpReply> SendAsync(UpstreamCluster upstream, HttpCall call, TimeSpan? timeout, JsonObject? policy, CancellationToken cancellationToken)
    {
        ClusterName = upstream.Name;
        Upstream = upstream;
        if (Operation.Length == 0) Operation = string.Create(CultureInfo.InvariantCulture, $"{upstream.Service?.Host ?? call.Host}:{upstream.Port}/*");
        if (!upstream.Exists) return HttpReply.Of(503, "", flags: "NC", details: "cluster_not_found");
        var attempts = policy is null ? DefaultAttempts : policy.Int(policy.ContainsKey("retryOn") || policy.ContainsKey("perTryTimeout") ? DefaultAttempts : 0, "attempts");
        var conditions = (policy.Str("retryOn") is { Length: > 0 } on ? on : DefaultRetryOn).Split(',', StringSplitOptions.TrimEntries);
        var perTry = EnvoyDuration.Parse(policy.Str("perTryTimeout"));
        using var deadline = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout.Value, cluster.Time) : null;
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline?.Token ?? CancellationToken.None);
        var tried = new HashSet<string>(StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            var reply = await TryAsync(upstream, call, attempt, tried, perTry, whole.Token, cancellationToken).ConfigureAwait(false);
            if (whole.IsCancellationRequested && !cancellationToken.IsCancellationRequested) return HttpReply.Of(504, "upstream request timeout", flags: "UT", details: "response_timeout");
            if (!IsRetriable(reply, conditions)) return Local(reply);
            if (attempt > attempts) return Local(reply) is var last && attempts > 0 ? last with { Flags = last.Flags == "-" ? "URX" : last.Flags + ",URX" } : last;
            var backOff = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(25 * Math.Pow(2, attempt - 1), 250));
            await Task.Delay(backOff, cluster.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpReply> TryAsync(UpstreamCluster upstream, HttpCall call, int attempt, HashSet<string> tried, TimeSpan? perTry, CancellationToken whole, CancellationToken outer)
    {
        if (upstream.Endpoints.Count == 0) return HttpReply.Of(503, "no healthy upstream", flags: "UH", details: "no_healthy_upstream");
        var state = client.Upstreams.For(upstream, cluster.Time);
        var hashKey = ConsistentHash.KeyOf(upstream.Policy.LoadBalancer, call, client, out var cookie);
        if (state.Pick(upstream.Endpoints, tried, hashKey) is not { } endpoint) return HttpReply.Of(503, "no healthy upstream", flags: "UH", details: "no_healthy_upstream");
        tried.Add(endpoint.Ip);
        HttpReply? outcome = null;
        try
        {
            using var single = perTry > TimeSpan.Zero ? new CancellationTokenSource(perTry.Value, cluster.Time) : null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(whole, single?.Token ?? CancellationToken.None);
            if (!await state.Pool.EnterAsync(limit.Token).ConfigureAwait(false)) return Overflow();
            try
            {
                outcome = await DeliverAsync(upstream, endpoint, call, attempt, limit.Token).ConfigureAwait(false);
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
            return outcome = HttpReply.Of(504, "upstream request timeout", flags: "UT", details: "upstream_per_try_timeout");
        }
        finally
        {
            state.Release(endpoint, outcome, upstream.Endpoints.Count);
        }
    }

    /// <summary>The proxy's own answer to a request that its connection pool has no room for. It is not an error of a host.</summary>
    private HttpReply Overflow()
    {
        UpstreamHost = "-";
        var reply = HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: overflow", flags: "UO", details: "upstream_reset_before_response_started{overflow}");
        reply.Headers["x-envoy-overloaded"] = "true";
        return reply;
    }

    private Task<HttpReply> DeliverAsync(UpstreamCluster upstream, ServiceEndpoint endpoint, HttpCall call, int attempt, CancellationToken cancellationToken)
    {
        var port = endpoint.TargetPorts.GetValueOrDefault(upstream.Port, upstream.Port);
        UpstreamHost = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Ip}:{port}");
        Endpoint = endpoint;
        var headers = new HttpHeaders(call.Headers);
        headers["x-envoy-attempt-count"] = attempt.ToString(CultureInfo.InvariantCulture);
        return ServerSide.DeliverAsync(cluster, config, client, endpoint, port, upstream.Policy.TlsMode, call with { Headers = headers }, cancellationToken, mutual => Mutual = mutual);
    }

    /// <summary>A connection that failed becomes the proxy's own 503.</summary>
    private static HttpReply Local(HttpReply reply) => reply.Failure switch
    {
        ConnectionFailure.None => reply,
        ConnectionFailure.Reset => HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination", flags: "UC", details: "upstream_reset_before_response_started{connection_termination}"),
        _ => HttpReply.Of(503, "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused", flags: "UF", details: "upstream_reset_before_response_started{remote_connection_failure}"),
    };

    private static bool IsRetriable(HttpReply reply, string[] conditions)
    {
        if (reply.Flags is "UH" or "UO" || reply.Headers["x-envoy-overloaded"] is not null) return false;
        foreach (var c in conditions)
        {
            var hit = c switch
            {
                "5xx" => reply.Failed || reply.Status >= 500,
                "gateway-error" => reply.Failed || reply.Status is 502 or 503 or 504,
                "reset" => reply.Failed || reply.Flags == "UT",
                "connect-failure" or "refused-stream" => reply.Failure == ConnectionFailure.Refused,
                "retriable-4xx" => reply.Status == 409,
                _ => int.TryParse(c, out var code) && reply.Status == code,
            };
            if (hit) return true;
        }
        return false;
    }

    private static JsonObject Pick(JsonObject route)
    {
        var destinations = route.Objects("route").ToList();
        if (destinations.Count == 1) return destinations[0];
        var total = destinations.Sum(d => d.Int(0, "weight"));
        if (total <= 0) return destinations.FirstOrDefault() ?? [];
        var n = Random.Shared.Next(total);
        foreach (var d in destinations)
        {
            n -= d.Int(0, "weight");
            if (n < 0) return d;
        }
        return destinations[^1];
    }

    /// <summary>Whether a percentage strikes; a missing one means never, or always for mirrors.</summary>
    private static bool Hit(JsonObject? percentage, bool missing = false)
    {
        if (percentage is null) return missing;
        var value = percentage["value"] is JsonValue v && v.TryGetValue<double>(out var d) ? d : percentage.Num("value") ?? 0;
        return Random.Shared.NextDouble() * 100 < value;
    }

    private void Mirror(JsonObject mirror, HttpCall call, int listenerPort, string ruleNamespace)
    {
        var upstream = UpstreamCluster.Find(config, mirror.Str("host") ?? "", mirror.At("port", "number") is { } p ? (int?)p.Num() : null, listenerPort, mirror.Str("subset"), ruleNamespace, clientNamespace);
        _ = new RouteExecution(cluster, config, client, clientNamespace).SendAsync(upstream, call with { Headers = new HttpHeaders(call.Headers) }, null, new JsonObject { ["attempts"] = 0 }, cluster.Stopping);
    }

    private static HttpCall Rewrite(JsonObject? rewrite, JsonObject? match, HttpCall call)
    {
        var headers = new HttpHeaders(call.Headers);
        if (rewrite is null) return call with { Headers = headers };
        var path = call.Path;
        if (rewrite.Str("uri") is { Length: > 0 } uri)
        {
            headers["x-envoy-original-path"] = call.Path;
            var query = call.Query.Length > 0 ? "?" + call.Query : "";
            path = match.Str("uri", "prefix") is { } prefix ? uri + call.PathOnly[Math.Min(prefix.Length, call.PathOnly.Length)..] + query : uri + query;
            if (!path.StartsWith('/')) path = "/" + path;
        }
        return call with { Headers = headers, Path = path, Authority = rewrite.Str("authority") is { Length: > 0 } authority ? authority : call.Authority };
    }

    private static HttpReply Redirect(JsonObject redirect, HttpCall call)
    {
        var path = redirect.Str("uri") is { Length: > 0 } uri ? uri + (call.Query.Length > 0 ? "?" + call.Query : "") : call.Path;
        var reply = HttpReply.Of(redirect.Int(301, "redirectCode"), "", details: "direct_response");
        reply.Headers["location"] = $"{redirect.Str("scheme") ?? "http"}://{redirect.Str("authority") ?? call.Authority}{path}";
        return reply;
    }

    private static void ApplyHeaders(JsonObject? operations, HttpHeaders headers)
    {
        if (operations is null) return;
        foreach (var name in operations.Strings("remove")) headers.Remove(name);
        foreach (var (name, value) in operations.Map("set")) headers[name] = value;
        foreach (var (name, value) in operations.Map("add")) headers.Add(name, value);
    }
}
