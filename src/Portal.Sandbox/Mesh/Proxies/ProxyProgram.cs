using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>
/// The proxy image. In a pod of its own it is a gateway: it listens where Gateway objects that select its pod say, and
/// routes by the VirtualServices attached to them. As a sidecar it only answers its own ports.
/// </summary>
internal sealed class ProxyProgram : IPodProgram, IEndsTls
{
    private const int HealthPort = 15021;
    private const int AgentPort = 15020;
    private const int EnvoyMetricsPort = 15090;

    public bool AnswersProbesAlike => true;

    public long BaseMemory => 45 << 20;

    public bool Listens(ContainerInstance container, int port) =>
        port is HealthPort or AgentPort or EnvoyMetricsPort || (!container.Pod.HasSidecar && View(container).On(port).Any());

    public bool IsTls(ContainerInstance container, int port) => !container.Pod.HasSidecar && View(container).On(port).Any(s => s.IsTls);

    public TlsServer? Handshake(ContainerInstance container, int port, string serverName)
    {
        if (container.Pod.HasSidecar || View(container).ForName(port, serverName) is not { } server) return null;
        return server.IsPassthrough ? GatewayProxy.Beyond(container.Pod, server, serverName) : View(container).Credential(server);
    }

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (port == HealthPort) return new(HttpReply.Of(call.PathOnly == "/healthz/ready" ? 200 : 404, ""));
        if (port is AgentPort or EnvoyMetricsPort)
        {
            return new(call.PathOnly is "/stats/prometheus" or "/metrics"
                ? HttpReply.Of(200, container.Pod.Cluster.Telemetry.Expose(container.Pod), "text/plain; version=0.0.4; charset=utf-8")
                : HttpReply.Of(call.PathOnly == "/healthz/ready" ? 200 : 404, ""));
        }
        return GatewayProxy.HandleAsync(container, View(container), port, call, cancellationToken);
    }

    private static GatewayView View(ContainerInstance container) => container.Pod.Cluster.Mesh.Config.GatewayOf(container.Pod);
}
