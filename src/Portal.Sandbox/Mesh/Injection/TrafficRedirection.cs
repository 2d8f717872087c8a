using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>Which of a pod's traffic goes through its sidecar, by the annotations <c>traffic.sidecar.istio.io/…</c>. Without any, all of it does.</summary>
internal sealed class TrafficRedirection
{
    private const string Prefix = "traffic.sidecar.istio.io/";

    private readonly HashSet<int> _excludedOut;
    private readonly HashSet<int> _includedOut;
    private readonly HashSet<int> _excludedIn;
    private readonly HashSet<int>? _includedIn;
    private readonly IPNetwork[]? _includedRanges;
    private readonly IPNetwork[] _excludedRanges;

    private TrafficRedirection(IReadOnlyDictionary<string, string> annotations)
    {
        string? Value(string name) => annotations.GetValueOrDefault(Prefix + name);
        (_excludedOut, _includedOut, _excludedIn) = (Ports(Value("excludeOutboundPorts")), Ports(Value("includeOutboundPorts")), Ports(Value("excludeInboundPorts")));
        _includedIn = Value("includeInboundPorts") is { } ports and not "*" ? Ports(ports) : null;
        _includedRanges = Value("includeOutboundIPRanges") is { } ranges and not "*" ? Ranges(ranges) : null;
        _excludedRanges = Ranges(Value("excludeOutboundIPRanges"));
    }

    /// <summary>Null where everything is redirected.</summary>
    public static TrafficRedirection? Of(JsonObject pod)
    {
        var annotations = pod.Map("metadata", "annotations");
        return annotations.Keys.Any(k => k.StartsWith(Prefix, StringComparison.Ordinal)) ? new(annotations) : null;
    }

    public bool TakesOutbound(PodInstance pod, HttpCall call)
    {
        var port = call.TargetPort;
        if (_excludedOut.Contains(port)) return false;
        if (_includedRanges is null && _excludedRanges.Length == 0) return true;
        if (_includedOut.Contains(port)) return true;
        if (DialTarget.Resolve(pod, call.TargetHost) is not { } target || !IPAddress.TryParse(target.Ip, out var ip)) return true;
        return !Array.Exists(_excludedRanges, r => r.Contains(ip)) && (_includedRanges is null || Array.Exists(_includedRanges, r => r.Contains(ip)));
    }

    public bool TakesInbound(int port) => !_excludedIn.Contains(port) && _includedIn?.Contains(port) != false;

    private static HashSet<int> Ports(string? text) => [.. (text ?? "").Split(',', StringSplitOptions.TrimEntries).Select(p => int.TryParse(p, CultureInfo.InvariantCulture, out var port) ? port : 0).Where(p => p > 0)];

    private static IPNetwork[] Ranges(string? text) => [.. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(r => IPNetwork.TryParse(r.Contains('/', StringComparison.Ordinal) ? r : r + "/32", out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>()];
}
