using System.Globalization;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>What the injector accepts as values of annotations, in its words.</summary>
internal static class AnnotationValues
{
    /// <returns>What is wrong with a value, or null.</returns>
    public static string? Problem(string annotation, string value) => annotation switch
    {
        "sidecar.istio.io/interceptionMode" => value is "REDIRECT" or "TPROXY" or "NONE" ? null : $"interceptionMode invalid, use REDIRECT,TPROXY,NONE: {value}",
        "status.sidecar.istio.io/port" => Port(value) is { } problem ? "excludeInboundPorts invalid: " + problem : null,
        "readiness.status.sidecar.istio.io/initialDelaySeconds" or "readiness.status.sidecar.istio.io/periodSeconds" or "readiness.status.sidecar.istio.io/failureThreshold" => Unsigned(value, uint.MaxValue),
        "traffic.sidecar.istio.io/includeOutboundIPRanges" => value == "*" ? null : Networks("includeIPRanges", value),
        "traffic.sidecar.istio.io/excludeOutboundIPRanges" => Networks("excludeIPRanges", value),
        "traffic.sidecar.istio.io/includeInboundPorts" => value == "*" ? null : Ports("includeInboundPorts", value),
        "traffic.sidecar.istio.io/excludeInboundPorts" => Ports("excludeInboundPorts", value),
        "traffic.sidecar.istio.io/excludeOutboundPorts" => Ports("excludeOutboundPorts", value),
        "prometheus.istio.io/merge-metrics" => value is "1" or "t" or "T" or "TRUE" or "true" or "True" or "0" or "f" or "F" or "FALSE" or "false" or "False" ? null : $"strconv.ParseBool: parsing {GoText.Quote(value)}: invalid syntax",
        _ => null,
    };

    private static string? Networks(string parameter, string list)
    {
        foreach (var network in list.Length == 0 ? [] : list.Split(','))
        {
            if (AddressRules.NotAPrefix(network) is { } problem) return $"{parameter} invalid: failed parsing cidr '{network}': {problem}";
        }
        return null;
    }

    private static string? Ports(string parameter, string list)
    {
        foreach (var port in string.IsNullOrWhiteSpace(list) ? [] : list.Trim().Split(','))
        {
            if (Port(port) is { } problem) return $"{parameter} invalid: failed parsing port '{port}': {problem}";
        }
        return null;
    }

    private static string? Port(string text) => Unsigned(text.Trim(), ushort.MaxValue) is { } problem ? $"failed parsing port '{text}': {problem}" : null;

    private static string? Unsigned(string text, uint largest)
    {
        if (text.Length == 0 || !text.All(char.IsAsciiDigit)) return $"strconv.ParseUint: parsing {GoText.Quote(text)}: invalid syntax";
        return decimal.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= largest ? null : $"strconv.ParseUint: parsing {GoText.Quote(text)}: value out of range";
    }
}
