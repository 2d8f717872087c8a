using Portal.Sandbox;

namespace Portal.Clusters;

/// <summary>The clusters that the portal may use.</summary>
public sealed class ClusterOptions
{
    public const string SectionName = "Portal:Clusters";

    /// <summary>Directory for kubeconfigs and tools that belong to this installation. The default is below the system's temporary directory.</summary>
    public string StateDirectory { get; set; } = Path.Combine(Path.GetTempPath(), "portal-clusters");

    public SandboxClusterOptions Sandbox { get; set; } = new();
    public KindClusterOptions Kind { get; set; } = new();
    public KubeconfigClusterOptions Kubeconfig { get; set; } = new();
}

public sealed class SandboxClusterOptions
{
    /// <summary>How long a pod takes to become ready. The default is one second, so that a learner sees it happen.</summary>
    public TimeSpan PodStartDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Where clusters that nobody uses are kept, out of memory and over a restart; null keeps them in memory and ends
    /// them with the process.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>What one cluster may take of the machine.</summary>
    public SandboxBudgets Budgets { get; set; } = new();
}

public sealed class KindClusterOptions
{
    /// <summary>Node image; empty for the one that this version of kind was made for.</summary>
    public string Image { get; set; } = "";

    /// <summary>Memory that Docker should have, in GiB. The default is 8.</summary>
    public double MinimumMemoryGiB { get; set; } = 8;

    /// <summary>
    /// Clusters that are made before anybody asks for one, and wait. Each takes memory all the time, about 1 GiB before
    /// Istio is in it.
    /// </summary>
    /// <value>The default is 0.</value>
    public int Warm { get; set; }

    /// <summary>How long kind waits for the control plane. The default is two minutes.</summary>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromMinutes(2);
}

public sealed class KubeconfigClusterOptions
{
    /// <summary>A kubeconfig file; empty switches the provider off.</summary>
    public string File { get; set; } = "";

    /// <summary>Contexts of that file which learners may use; the first is used. Nothing else in the file is ever touched.</summary>
    public IList<string> Contexts { get; } = [];

    /// <summary>Whether these clusters have room for Istio. The default is true.</summary>
    public bool Mesh { get; set; } = true;
}
