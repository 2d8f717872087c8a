using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Addresses, networks, sockets and ports. Each answers with what is wrong, or null.</summary>
internal static partial class AddressRules
{
    public const string UnixPrefix = "unix://";

    /// <summary>Stricter than .NET: no short forms, no zeros in front.</summary>
    public static bool IsAddress(string text) =>
        DottedRegex().IsMatch(text) || (text.Contains(':', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal) && text.IndexOf('%', StringComparison.Ordinal) is var zone && (zone < 0 || zone < text.Length - 1)
            && IPAddress.TryParse(zone < 0 ? text : text[..zone], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6);

    public static string? Address(string text) => IsAddress(text) ? null : $"{text} is not a valid IP";

    public static string? Subnet(string text) =>
        text.Count(c => c == '/') == 1 ? NotAPrefix(text) is null ? null : $"{text} is not a valid CIDR block" : Address(text);

    /// <summary>What Go's netip says of a text that is not a network.</summary>
    public static string? NotAPrefix(string text)
    {
        string Say(string what) => $"netip.ParsePrefix({GoText.Quote(text)}): {what}";
        var slash = text.LastIndexOf('/');
        if (slash < 0) return Say("no '/'");
        var (address, bits) = (text[..slash], text[(slash + 1)..]);
        if (!IsAddress(address)) return Say($"ParseAddr({GoText.Quote(address)}): unable to parse IP");
        if (address.Contains('%', StringComparison.Ordinal)) return Say("IPv6 zones cannot be present in a prefix");
        if (!BitsRegex().IsMatch(bits)) return Say($"bad bits after slash: {GoText.Quote(bits)}");
        return int.Parse(bits, CultureInfo.InvariantCulture) > (address.Contains(':', StringComparison.Ordinal) ? 128 : 32) ? Say("prefix length out of range") : null;
    }

    /// <summary>The path of a socket, without its scheme.</summary>
    public static string? UnixPath(string path)
    {
        if (path.Length == 0) return "unix address must not be empty";
        if (path[0] == '@') return null;
        return path[0] != '/' || path[^1] == '/' ? $"{path} is not an absolute path to a file" : null;
    }

    public static string? Port(long number) => number is >= 1 and <= 65535 ? null : $"port number {number} must be in the range 1..65535";

    public static string? PortName(string name) => HostRules.IsLabel(name) ? null : $"invalid port name: {name}";

    /// <summary>Host and port of <c>host:port</c> as Go splits them, and what is wrong with the form.</summary>
    public static (string Host, string Port, string? Problem) Split(string text)
    {
        (string, string, string?) Bad(string what) => ("", "", $"address {text}: {what}");
        var colon = text.LastIndexOf(':');
        if (colon < 0) return Bad("missing port in address");
        string host;
        if (text[0] == '[')
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0) return Bad("missing ']' in address");
            if (end + 1 == text.Length) return Bad("missing port in address");
            if (end + 1 != colon) return Bad(text[end + 1] == ':' ? "too many colons in address" : "missing port in address");
            host = text[1..end];
        }
        else
        {
            host = text[..colon];
            if (host.Contains(':', StringComparison.Ordinal)) return Bad("too many colons in address");
        }
        return (host, text[(colon + 1)..], null);
    }

    [GeneratedRegex(@"\A((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(?!\z)|\z)){4}\z")]
    private static partial Regex DottedRegex();

    [GeneratedRegex(@"\A(0|[1-9][0-9]{0,2})\z")]
    private static partial Regex BitsRegex();
}
