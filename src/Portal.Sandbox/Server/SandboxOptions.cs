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

    /// <summary>Clock of every cluster on this server.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
