using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>
/// A service that decides for the proxy (extension providers <c>envoyExtAuthzHttp</c> and <c>envoyExtAuthzGrpc</c>). Over HTTP any 200 lets a
/// request pass; the authorizer's other answers go to the caller. gRPC is asked by the same exchange.
/// </summary>
internal sealed class ExternalAuthorizer(JsonObject provider, bool grpc)
{
    public static ExternalAuthorizer? Of(JsonObject provider) =>
        provider.Obj("envoyExtAuthzHttp") is { } http ? new(http, grpc: false) : provider.Obj("envoyExtAuthzGrpc") is { } rpc ? new(rpc, grpc: true) : null;

    /// <summary>Null when the request may pass; headers that the authorizer adds are then in the request.</summary>
    public async ValueTask<HttpReply?> CheckAsync(AuthorizationRequest request, MeshConfig config, CancellationToken cancellationToken)
    {
        var host = provider.Str("service") ?? "";
        // "namespace/host" says where the service is defined.
        host = host[(host.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var reply = config.ViewOf(request.Server).Find(host) is { } service ? await AskAsync(request, config, service, cancellationToken).ConfigureAwait(false) : HttpReply.Fail(ConnectionFailure.Refused);
        if (reply.Failed || reply.Status >= 500)
        {
            if (provider.Flag("failOpen") == true) return null;
            var status = int.TryParse(provider.Str("statusOnError"), out var said) ? said : 403;
            return HttpReply.Of(status, "", flags: "UAEX", details: "ext_authz_error");
        }
        if (reply.Status == 200)
        {
            foreach (var (name, value) in Chosen(reply.Headers, "headersToUpstreamOnAllow", all: grpc)) request.Call.Headers[name] = value;
            return null;
        }
        var headers = new HttpHeaders();
        var chosen = provider.Arr("headersToDownstreamOnDeny") is { Count: > 0 };
        foreach (var (name, value) in chosen ? Chosen(reply.Headers, "headersToDownstreamOnDeny", all: false) : reply.Headers.Items.Where(h => !h.Key.StartsWith("x-envoy-", StringComparison.Ordinal))) headers.Add(name, value);
        return new(reply.Status, headers, reply.Body, "UAEX", "ext_authz_denied");
    }

    private async Task<HttpReply> AskAsync(AuthorizationRequest request, MeshConfig config, MeshService service, CancellationToken cancellationToken)
    {
        var call = request.Call;
        var headers = new HttpHeaders();
        foreach (var (name, value) in grpc ? call.Headers.Items : Chosen(call.Headers, "includeRequestHeadersInCheck", all: false).Concat(Chosen(call.Headers, "includeHeadersInCheck", all: false))) headers.Add(name, value);
        if (call.Headers["authorization"] is { } authorization) headers["authorization"] = authorization;
        foreach (var (name, value) in provider.Map("includeAdditionalHeadersInCheck")) headers[name.ToLowerInvariant()] = value;
        // gRPC authorizers answer on their own port; here they share the HTTP one's program, which tells the two apart by this header.
        if (grpc) headers["content-type"] = "application/grpc";
        var check = new HttpCall(call.Method, call.Authority, (provider.Str("pathPrefix") ?? "") + call.Path, headers, default) { Hops = call.Hops + 1, Source = request.Server };
        var cluster = config.ViewOf(request.Server).Cluster(service, service.Host, provider.Num("port") is { } port ? (int)port : 80);
        var limit = EnvoyDuration.Parse(provider.Str("timeout")) ?? TimeSpan.FromSeconds(600);
        return await new Router(request.Server, config).SendAsync(cluster, check, limit, Routing.RetryPolicy.None, cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<KeyValuePair<string, string>> Chosen(HttpHeaders headers, string list, bool all)
    {
        var names = provider.Strings(list).ToList();
        return headers.Items.Where(h => all ? h.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && !h.Key.StartsWith("x-envoy-", StringComparison.Ordinal) : names.Exists(n => n.EndsWith('*') ? h.Key.StartsWith(n[..^1], StringComparison.OrdinalIgnoreCase) : n.Equals(h.Key, StringComparison.OrdinalIgnoreCase)));
    }
}
