using System.Text.Json.Nodes;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>What authorization policies look at.</summary>
/// <param name="Port">The port of the pod that the request came to.</param>
/// <param name="Identity">The caller as mutual TLS proved it; null without.</param>
/// <param name="Token">The request's verified token; null without.</param>
internal sealed record AuthorizationRequest(PodInstance Server, int Port, HttpCall Call, PodInstance? Identity, VerifiedToken? Token)
{
    public const string TrustDomain = "cluster.local";

    /// <summary>The name that the client asked for in a TLS handshake which ended here.</summary>
    public string? ServerName { get; init; }

    public string Principal => Identity is null ? "" : $"{TrustDomain}/ns/{Identity.Namespace}/sa/{Identity.ServiceAccount}";

    /// <summary>The other end of the connection.</summary>
    public string SourceIp => Call.Source?.Ip ?? "127.0.0.1";

    /// <summary>The client as the proxies before this one tell.</summary>
    public string RemoteIp => Call.Headers["x-envoy-external-address"] ?? Call.Headers["x-forwarded-for"]?.Split(',')[^1].Trim() ?? SourceIp;

    public JsonObject? Claims => Token?.Claims;
}
