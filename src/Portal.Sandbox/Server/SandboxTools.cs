namespace Portal.Sandbox;

/// <summary>Files that a workspace needs to work with a sandbox cluster as with a real one.</summary>
public static class SandboxTools
{
    /// <summary>Writes the <c>istioctl</c> launcher into a directory. It finds its cluster through KUBECONFIG as kubectl does.</summary>
    public static void WriteLaunchers(string directory) => throw new NotImplementedException();

    /// <summary>Writes the <c>istio-1.30.3/</c> tree (bin, samples) into a directory.</summary>
    public static void WriteDistribution(string directory) => throw new NotImplementedException();
}
