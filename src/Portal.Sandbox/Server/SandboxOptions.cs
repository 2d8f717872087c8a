using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portal.Sandbox;

/// <summary>How a sandbox server behaves. The defaults are those of the portal.</summary>
public sealed class SandboxOptions
{
    /// <summary>TCP port on the loopback interface; 0 picks a free one.</summary>
    public int Port { get; set; }

    /// <summary>How long a pod takes from scheduled to ready, so that a learner sees ContainerCreating. Zero for tests.</summary>
    public TimeSpan PodStartDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a change of configuration takes to reach the proxies.</summary>
    public TimeSpan ConfigPushDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>False leaves pods pending: an API without nodes that run anything, for comparisons and benchmarks.</summary>
    public bool RunPods { get; set; } = true;

    /// <summary>A cluster without a request for this long keeps only its objects in memory until the next one; zero means never.</summary>
    public TimeSpan HibernateAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where unexpected failures are logged. Nothing that a client does wrong is one.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Clock of every cluster on this server.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What one cluster may take of the machine.</summary>
    public SandboxBudgets Budgets { get; set; } = new();

    /// <summary>
    /// Fault injection: called with the cluster's id and the name of each piece of guarded work just before it, which
    /// fails with what this throws. Null, as always outside tests, does nothing.
    /// </summary>
    public Action<string, string>? Entering { get; set; }
}
