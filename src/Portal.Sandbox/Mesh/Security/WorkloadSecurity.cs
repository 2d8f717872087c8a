using System.Collections.Concurrent;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>The policies that guard one workload, chosen and compiled once for a configuration.</summary>
internal sealed class WorkloadSecurity
{
    private readonly MeshConfig _config;
    private readonly PodInstance _pod;
    private readonly ConcurrentDictionary<int, MutualTlsMode> _modes = new();

    public WorkloadSecurity(MeshConfig config, PodInstance pod)
    {
        (_config, _pod) = (config, pod);
        var rules = config.RequestAuthentications.Where(p => p.AppliesTo(pod.Namespace, pod.Labels)).SelectMany(p => p.Spec.Objects("jwtRules")).ToList();
        Tokens = rules.Count == 0 ? null : new TokenAuthentication(rules);
        Authorization = new Authorization(config, [.. config.AuthorizationPolicies.Where(p => !p.DryRun && p.AppliesTo(pod.Namespace, pod.Labels))]);
    }

    /// <summary>What is asked of tokens in requests; null where nothing is.</summary>
    public TokenAuthentication? Tokens { get; }

    public Authorization Authorization { get; }

    /// <summary>Whether callers of a port must, may or must not use the mesh's TLS.</summary>
    public MutualTlsMode ModeOf(int port) => _modes.GetOrAdd(port, static (p, s) => PeerAuthenticationPolicy.ModeOf(s._config, s._pod.Namespace, s._pod.Labels, p), this);
}
