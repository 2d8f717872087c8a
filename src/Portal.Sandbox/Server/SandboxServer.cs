namespace Portal.Sandbox;

/// <summary>
/// Many simulated Kubernetes clusters behind one TLS listener on the loopback interface; each cluster is a path prefix
/// and has its own tokens. Thread-safe.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    /// <summary>Starts listening. The certificate authority is made at start and lives in memory only.</summary>
    public static Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Base address, e.g. <c>https://127.0.0.1:41233</c>.</summary>
    public Uri Address => throw new NotImplementedException();

    /// <summary>The cluster with this id, made when there is none (a few milliseconds).</summary>
    /// <param name="clusterId">Letters, digits and dashes.</param>
    public SandboxCluster GetOrCreate(string clusterId) => throw new NotImplementedException();

    public SandboxCluster? Find(string clusterId) => throw new NotImplementedException();

    /// <summary>Stops and forgets the cluster; its watches and streams end.</summary>
    public Task DeleteAsync(string clusterId) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
