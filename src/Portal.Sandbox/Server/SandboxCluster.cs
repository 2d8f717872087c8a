namespace Portal.Sandbox;

/// <summary>One simulated cluster. Thread-safe.</summary>
public sealed class SandboxCluster
{
    public string Id => throw new NotImplementedException();

    /// <summary>A kubeconfig whose user is cluster-admin of this cluster and of no other.</summary>
    public string Kubeconfig => throw new NotImplementedException();

    /// <summary>Returns to the state of a new cluster. Kubeconfigs stay valid; watches are told to relist.</summary>
    public void Reset() => throw new NotImplementedException();
}
