using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>
/// AuthorizationPolicies of one workload: CUSTOM asks an authorizer, DENY refuses, then, when there is an ALLOW policy, one of them has to match.
/// AUDIT policies change nothing. A caller that came in plain text has no identity.
/// </summary>
internal sealed class Authorization
{
    private sealed record Policy(MeshObject Object, AuthorizationRule[] Rules)
    {
        public int Matching(AuthorizationRequest request, bool strict) => Array.FindIndex(Rules, r => r.Matches(request, strict));
    }

    private readonly Policy[] _custom;
    private readonly Policy[] _deny;
    private readonly Policy[] _allow;
    private readonly MeshConfig _config;

    public Authorization(MeshConfig config, IReadOnlyList<MeshObject> policies)
    {
        _config = config;
        var compiled = policies.Select(p => new Policy(p, [.. p.Spec.Objects("rules").Select(r => new AuthorizationRule(r))])).ToLookup(p => p.Object.Spec.Str("action") is { Length: > 0 } action ? action : "ALLOW");
        (_custom, _deny, _allow) = ([.. compiled["CUSTOM"]], [.. compiled["DENY"]], [.. compiled["ALLOW"]]);
    }

    public bool IsEmpty => _custom.Length + _deny.Length + _allow.Length == 0;

    /// <summary>Null when the request may pass, else the proxy's refusal.</summary>
    public HttpReply? Check(AuthorizationRequest request)
    {
        foreach (var policy in _deny)
        {
            if (policy.Matching(request, strict: false) is >= 0 and var rule) return Refuse($"rbac_access_denied_matched_policy[ns[{policy.Object.Namespace}]-policy[{policy.Object.Name}]-rule[{rule}]]");
        }
        return _allow.Length == 0 || Array.Exists(_allow, p => p.Matching(request, strict: true) >= 0) ? null : Refuse("rbac_access_denied_matched_policy[none]");
    }

    /// <summary>Asks the authorizers of the CUSTOM policies that match. Comes before tokens are looked at.</summary>
    public async ValueTask<HttpReply?> CheckCustomAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        foreach (var policy in _custom)
        {
            if (policy.Matching(request, strict: false) < 0) continue;
            var name = policy.Object.Spec.Str("provider", "name") ?? "";
            // A provider that the mesh does not know refuses everything.
            if (_config.Settings.ExtensionProvider(name) is not { } provider || ExternalAuthorizer.Of(provider) is not { } authorizer) return Refuse("rbac_access_denied_matched_policy[none]");
            if (await authorizer.CheckAsync(request, _config, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        }
        return null;
    }

    private static HttpReply Refuse(string details) => HttpReply.Of(403, "RBAC: access denied", details: details);
}
