using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>What expressions of Telemetry objects see of a request: Envoy's attributes.</summary>
internal static class RequestAttributes
{
    private const int Steps = 10_000;

    // In the order of their bits.
    private static readonly string[] s_flags = ["LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX", "SI", "IH", "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM"];

    /// <summary>Null for what the proxy could not read. Names are looked up when they are used.</summary>
    public static CelNode? Compile(string expression)
    {
        try
        {
            return CelParser.Parse(expression, CelLexer.Read(expression).Where(t => t.Kind == CelTokenKind.Identifier).Select(t => t.Text).Distinct().Select(name => (name, (SchemaNode?)null)));
        }
        catch (CelSyntaxException)
        {
            return null;
        }
    }

    /// <summary>Null when an attribute is not there or the expression makes no sense of it.</summary>
    public static object? Evaluate(CelNode expression, CelScope scope)
    {
        try
        {
            return expression.Evaluate(scope);
        }
        catch (Exception e) when (e is CelEvaluationException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            return null;
        }
    }

    public static CelScope Of(PodInstance pod, bool atSource, WorkloadIdentity? peer, HttpCall call, HttpReply reply, TimeSpan elapsed)
    {
        var self = pod.Workload;
        var (source, destination) = atSource ? (self, peer) : (peer, self);
        var scope = new CelScope(new CelBudget(Steps), null, "response", Object(Response(call, reply)));
        if (call.IsPlainHttp) scope = scope.With("request", Object(Request(pod, call, elapsed)));
        scope = scope.With("source", Object(Side(source, atSource ? pod.Ip : call.Source?.Ip, atSource || call.Mutual))).With("destination", Object(Side(destination, atSource ? null : pod.Ip, !atSource && call.Mutual)));
        scope = scope.With("connection", Object(new() { ["mtls"] = !atSource && call.Mutual, ["requested_server_name"] = call.Tls?.ServerName ?? "" }));
        scope = scope.With("node", Object(new() { ["id"] = $"sidecar~{pod.Ip}~{pod.Name}.{pod.Namespace}~{pod.Namespace}.svc.cluster.local", ["metadata"] = Metadata(pod, self) }));
        return peer is null ? scope : scope.With(atSource ? "upstream_peer" : "downstream_peer", Object(Peer(peer)));
    }

    private static CelJsonObject Object(JsonObject json) => new(json, null);

    private static JsonObject Request(PodInstance pod, HttpCall call, TimeSpan elapsed)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in call.Headers.Items) headers[name.ToLowerInvariant()] = headers.Str(name.ToLowerInvariant()) is { } before ? $"{before},{value}" : value;
        var request = new JsonObject
        {
            ["path"] = call.Path, ["url_path"] = call.PathOnly, ["query"] = call.Query, ["host"] = call.Authority, ["scheme"] = "http", ["method"] = call.Method, ["protocol"] = "HTTP/1.1", ["headers"] = headers,
            ["size"] = call.Body.Length, ["total_size"] = call.Body.Length, ["duration"] = elapsed.TotalSeconds, ["id"] = call.Headers["x-request-id"] ?? "", ["time"] = pod.Cluster.Now.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        };
        if (call.Headers["user-agent"] is { } agent) request["useragent"] = agent;
        if (call.Headers["referer"] is { } referer) request["referer"] = referer;
        return request;
    }

    private static JsonObject Response(HttpCall call, HttpReply reply)
    {
        long flags = 0;
        foreach (var flag in reply.Flags.Split(',')) if (Array.IndexOf(s_flags, flag) is >= 0 and var bit) flags |= 1L << bit;
        var response = new JsonObject { ["flags"] = flags, ["size"] = reply.Body.Length, ["total_size"] = reply.Body.Length };
        if (!call.IsPlainHttp) return response;
        (response["code"], response["code_details"]) = (reply.Status, reply.Details);
        var headers = new JsonObject();
        foreach (var (name, value) in reply.Headers.Items) headers[name.ToLowerInvariant()] = value;
        response["headers"] = headers;
        if (reply.Headers["grpc-status"] is { } status && long.TryParse(status, out var code)) response["grpc_status"] = code;
        return response;
    }

    private static JsonObject Side(WorkloadIdentity? who, string? ip, bool proven)
    {
        var side = new JsonObject();
        if (ip is not null) side["address"] = ip;
        if (who is not null && proven) side["principal"] = who.Principal;
        return side;
    }

    private static JsonObject Peer(WorkloadIdentity w) => new() { ["workload"] = w.Name, ["name"] = w.Name, ["namespace"] = w.Namespace, ["app"] = w.App, ["version"] = w.Version, ["service"] = w.CanonicalName, ["revision"] = w.CanonicalRevision, ["cluster"] = "Kubernetes" };

    private static JsonObject Metadata(PodInstance pod, WorkloadIdentity w) => new()
    {
        ["NAME"] = pod.Name, ["NAMESPACE"] = pod.Namespace, ["WORKLOAD_NAME"] = w.Name, ["CLUSTER_ID"] = "Kubernetes", ["MESH_ID"] = "cluster.local", ["SERVICE_ACCOUNT"] = pod.ServiceAccount, ["NODE_NAME"] = pod.NodeName,
        ["LABELS"] = new JsonObject([.. pod.Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]),
    };
}
