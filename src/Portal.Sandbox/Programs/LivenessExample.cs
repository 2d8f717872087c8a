namespace Portal.Sandbox.Programs;

/// <summary>The server of Kubernetes' documentation on liveness: healthy for ten seconds, then broken.</summary>
internal sealed class LivenessExample : IPodProgram
{
    private static readonly TimeSpan s_healthy = TimeSpan.FromSeconds(10);

    public bool EndsGracefully => false;

    public bool Listens(ContainerInstance container, int port) => port == 8080;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var age = container.Pod.Cluster.Now - container.StartedAt;
        return ValueTask.FromResult(call.PathOnly != "/healthz" ? HttpReply.Of(404, "404 page not found\n")
            : age > s_healthy ? HttpReply.Of(500, $"error: {age.TotalSeconds}") : HttpReply.Of(200, "ok"));
    }
}
