namespace Portal.Sandbox.Programs;

/// <summary>Istio's sample authorizer: lets requests with the header <c>x-ext-authz: allow</c> pass. It answers over HTTP on 8000 and gRPC on 9000.</summary>
internal sealed class ExtAuthz : IPodProgram
{
    private const string Header = "x-ext-authz";

    public bool Listens(ContainerInstance container, int port) => port is 8000 or 9000;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var allowed = call.Headers[Header] == "allow";
        var reply = allowed ? HttpReply.Of(200, "") : HttpReply.Of(403, $"denied by ext_authz for not found header `{Header}: allow` in the request");
        reply.Headers["x-ext-authz-check-result"] = allowed ? "allowed" : "denied";
        reply.Headers["x-ext-authz-additional-header-override"] = call.Headers["x-ext-authz-additional-header-override"] ?? "";
        var protocol = call.Headers["content-type"] == "application/grpc" ? "gRPC" : "HTTP";
        container.Log.Write($"[{protocol}][{(allowed ? "allowed" : "denied")}]: {call.Method} {call.Authority}{call.Path}");
        return new(reply);
    }
}
