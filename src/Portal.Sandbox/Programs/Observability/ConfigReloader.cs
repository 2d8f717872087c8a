namespace Portal.Sandbox.Programs.Observability;

/// <summary>The container beside Prometheus that watches its configuration. It answers its health port.</summary>
internal sealed class ConfigReloader : IPodProgram
{
    public bool AnswersProbesAlike => true;

    public bool Listens(ContainerInstance container, int port) => port == 8080;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(call.PathOnly == "/healthz" ? HttpReply.Of(200, "OK") : HttpReply.Of(404, "404 page not found\n"));
}
