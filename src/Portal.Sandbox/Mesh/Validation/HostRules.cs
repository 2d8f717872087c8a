using System.Text.RegularExpressions;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Names of hosts. Each answers with what is wrong, or null.</summary>
internal static partial class HostRules
{
    private const string Outbound = "outbound";
    private const string OutboundFormat = "outbound_.<PORT>_._.<HOSTNAME>";

    public static bool IsLabel(string value) => value.Length <= 63 && LabelRegex().IsMatch(value);

    private static bool IsWildcardLabel(string value) => value.Length <= 63 && WildcardLabelRegex().IsMatch(value);

    public static string? Fqdn(string name) => Length(name) ?? Labels(name);

    /// <summary>A domain whose first label may be, or begin with, a star.</summary>
    public static string? WildcardDomain(string domain)
    {
        if (Length(domain) is { } problem) return problem;
        var parts = domain.Split('.', 2);
        if (!IsWildcardLabel(parts[0])) return $"domain name {GoText.Quote(domain)} invalid (label {GoText.Quote(parts[0])} invalid)";
        return parts.Length > 1 ? Labels(parts[1]) : null;
    }

    /// <summary>A host of a VirtualService at a gateway: with SNI it may be the name that a mesh gives to a service's port.</summary>
    public static string? GatewayDomain(bool sni, string domain)
    {
        if (Length(domain) is { } problem) return problem;
        if (!sni || !domain.StartsWith(Outbound + "_", StringComparison.Ordinal)) return WildcardDomain(domain);
        var parts = domain.Split('_');
        if (parts.Length < 4) return $"domain name {domain} invalid, should follow '{OutboundFormat}' format";
        var (port, host) = (parts[1].Trim('.'), parts[3].Trim('.'));
        if (!port.Any(char.IsAsciiDigit)) return $"domain name {GoText.Quote(domain)} invalid (label {GoText.Quote(port)} invalid). should follow {OutboundFormat} format";
        return host.Any(char.IsAsciiLetter) ? null : $"domain name {GoText.Quote(domain)} invalid (label {GoText.Quote(host)} invalid). should follow {OutboundFormat} format";
    }

    public static string? PartialWildcard(string host) =>
        host.Contains('*', StringComparison.Ordinal) && host.Length != 1 && !host.StartsWith("*.", StringComparison.Ordinal) ? $"partial wildcard {GoText.Quote(host)} not allowed" : null;

    /// <summary>The hosts of a gateway's server and of a sidecar's egress listener: <c>namespace/host</c>.</summary>
    public static void NamespacedHost(string hostname, bool gateway, Findings f)
    {
        var parts = hostname.Split('/', 2);
        if (parts.Length != 2)
        {
            if (gateway) ExposedHost(hostname, true, f);
            else f.Error("host must be of form namespace/dnsName");
            return;
        }
        if (parts[0].Length == 0 || parts[1].Length == 0) f.Error("config namespace and dnsName in host entry cannot be empty");
        if (parts[0] is not ("*" or ".") && (gateway || parts[0] != "~") && !IsLabel(parts[0])) f.Error($"invalid namespace value {GoText.Quote(parts[0])} in {(gateway ? "gateway" : "sidecar")}");
        ExposedHost(parts[1], gateway, f);
    }

    private static void ExposedHost(string host, bool gateway, Findings f)
    {
        if (host != "*" && !host.Contains('.', StringComparison.Ordinal)) f.Error("short names (non FQDN) are not allowed");
        if (WildcardDomain(host) is { } problem)
        {
            // Upstream says it twice for sidecars.
            if (!gateway) f.Error(problem);
            if (!AddressRules.IsAddress(host)) f.Error(problem);
        }
        f.Error(PartialWildcard(host));
    }

    /// <summary>Whether two hosts, each of which may be a wildcard, have a name in common.</summary>
    public static bool Overlap(string a, string b)
    {
        var (wildA, wildB) = (a.StartsWith('*'), b.StartsWith('*'));
        if (wildA && wildB) return a.Length < b.Length ? b.EndsWith(a[1..], StringComparison.Ordinal) : a.EndsWith(b[1..], StringComparison.Ordinal);
        if (wildA) return b.EndsWith(a[1..], StringComparison.Ordinal);
        return wildB ? a.EndsWith(b[1..], StringComparison.Ordinal) : a == b;
    }

    public static bool IsSubset(string host, string of)
    {
        if (!of.StartsWith('*')) return host == of;
        return (!host.StartsWith('*') || host.Length >= of.Length) && host.EndsWith(of[1..], StringComparison.Ordinal);
    }

    private static string? Length(string name) => name.Length switch
    {
        > 255 => $"domain name {GoText.Quote(name)} too long (max 255)",
        0 => "empty domain name not allowed",
        _ => null,
    };

    private static string? Labels(string domain)
    {
        var parts = domain.Split('.');
        if (GoText.NotANumber(parts[^1], "Atoi", signed: true) is null) return $"domain name {GoText.Quote(domain)} invalid (top level domain {GoText.Quote(parts[^1])} cannot be all-numeric)";
        for (var i = 0; i < parts.Length; i++)
        {
            // An unambiguous name ends with a dot.
            if (i == parts.Length - 1 && parts[i].Length == 0) return null;
            if (!IsLabel(parts[i])) return $"domain name {GoText.Quote(domain)} invalid (label {GoText.Quote(parts[i])} invalid)";
        }
        return null;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?\z")]
    private static partial Regex LabelRegex();

    [GeneratedRegex(@"\A(\*|(\*|\*-)?[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)\z")]
    private static partial Regex WildcardLabelRegex();
}
