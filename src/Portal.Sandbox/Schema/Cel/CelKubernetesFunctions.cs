using System.Net;
using System.Net.Sockets;
using System.Numerics;
using static Portal.Sandbox.Schema.Cel.CelFunctions;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>A range of addresses as a value.</summary>
internal sealed record CelNetwork(IPNetwork Network, IPAddress Address)
{
    public bool Contains(object? other) => other switch
    {
        string s => IPAddress.TryParse(s, out var address) ? Network.Contains(address) : CelKubernetesFunctions.Network(s) is { } inner && Contains(inner),
        IPAddress address => Network.Contains(address),
        CelNetwork inner => inner.Network.PrefixLength >= Network.PrefixLength && Network.Contains(inner.Network.BaseAddress),
        _ => throw CelEvaluationException.NoOverload(),
    };
}

/// <summary>URLs, quantities, addresses: what Kubernetes adds to the language.</summary>
internal static class CelKubernetesFunctions
{
    public static Dictionary<string, CelFunction> All { get; } = new()
    {
        ["isURL"] = a => Url(Arg<string>(a, 0)) is not null,
        ["url"] = a => Url(Arg<string>(a, 0)) ?? throw new CelEvaluationException($"URL parse error during conversion from string: parse {Validation.GoSyntax.Quote(Arg<string>(a, 0))}: invalid URI for request"),
        ["getScheme"] = a => Arg<CelUrl>(a, 0).Scheme,
        ["getHost"] = a => Arg<CelUrl>(a, 0).Host,
        ["getHostname"] = a => Arg<CelUrl>(a, 0).Hostname,
        ["getPort"] = a => Arg<CelUrl>(a, 0).Port,
        ["getEscapedPath"] = a => Arg<CelUrl>(a, 0).Path,
        ["getQuery"] = a => Arg<CelUrl>(a, 0).Query(),
        ["isQuantity"] = a => Quantity.Canonical(Arg<string>(a, 0)) is not null,
        ["quantity"] = a => Amount(Arg<string>(a, 0)),
        ["isGreaterThan"] = a => Compare(a) > 0,
        ["isLessThan"] = a => Compare(a) < 0,
        ["compareTo"] = a => (long)Compare(a),
        ["sign"] = a => (long)Quantity.Compare(Arg<CelQuantity>(a, 0).Text, "0"),
        ["asInteger"] = a => Arg<CelQuantity>(a, 0).Number is var v && v == Math.Floor(v) && Math.Abs(v) < 9.2e18 ? (long)v : throw new CelEvaluationException("cannot convert value to integer"),
        ["isInteger"] = a => Arg<CelQuantity>(a, 0).Number is var v && v == Math.Floor(v) && Math.Abs(v) < 9.2e18,
        ["asApproximateFloat"] = a => Arg<CelQuantity>(a, 0).Number,
        ["add"] = a => new CelQuantity(Quantity.Add(Arg<CelQuantity>(a, 0).Text, Other(a))),
        ["sub"] = a => new CelQuantity(Quantity.Subtract(Arg<CelQuantity>(a, 0).Text, Other(a))),
        ["isIP"] = a => Address(Arg<string>(a, 0)) is not null,
        ["ip"] = a => Address(Arg<string>(a, 0)) ?? throw new CelEvaluationException($"IP Address \"{a[0]}\" parse error during conversion from string: ParseAddr(\"{a[0]}\"): unable to parse IP"),
        ["ip.isCanonical"] = a => Address(Arg<string>(a, 0))?.ToString() == Arg<string>(a, 0),
        ["family"] = a => Arg<IPAddress>(a, 0).AddressFamily == AddressFamily.InterNetwork ? 4L : 6L,
        ["isUnspecified"] = a => Arg<IPAddress>(a, 0) is var ip && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)),
        ["isLoopback"] = a => IPAddress.IsLoopback(Arg<IPAddress>(a, 0)),
        ["isLinkLocalUnicast"] = a => Arg<IPAddress>(a, 0) is var ip && (ip.IsIPv6LinkLocal || ip.GetAddressBytes() is [169, 254, _, _]),
        ["isGlobalUnicast"] = a => Arg<IPAddress>(a, 0) is var ip && !IPAddress.IsLoopback(ip) && !ip.IsIPv6Multicast && !ip.IsIPv6LinkLocal && ip.GetAddressBytes() is not ([>= 224, _, _, _] or [169, 254, _, _] or [0, 0, 0, 0]),
        ["isCIDR"] = a => Network(Arg<string>(a, 0)) is not null,
        ["cidr"] = a => Network(Arg<string>(a, 0)) ?? throw new CelEvaluationException($"network address parse error during conversion from string: netip.ParsePrefix(\"{a[0]}\"): no '/'"),
        ["containsIP"] = a => Arg<CelNetwork>(a, 0).Contains(a[1]),
        ["containsCIDR"] = a => Arg<CelNetwork>(a, 0).Contains(a[1]),
        ["prefixLength"] = a => (long)Arg<CelNetwork>(a, 0).Network.PrefixLength,
        ["masked"] = a => Arg<CelNetwork>(a, 0) is var n ? new CelNetwork(n.Network, n.Network.BaseAddress) : null,
    };

    public static CelNetwork? Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || Address(text[..slash]) is not { } address || !int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var length)) return null;
        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8) return null;
        for (var bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> bit % 8);
        return new(new IPNetwork(new IPAddress(bytes), length), address);
    }

    /// <summary>Dotted quads and IPv6 without a zone; .NET would take <c>1</c> for an address.</summary>
    private static IPAddress? Address(string text)
    {
        if (text.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(text, out var address)) return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address : null;
    }

    /// <summary>As Go's ParseRequestURI: an absolute URI or an absolute path.</summary>
    private static CelUrl? Url(string text)
    {
        if (text.Length == 0 || text.Any(c => c <= ' ' || c == 0x7f)) return null;
        if (text[0] == '/') return CelUrl.Parse("", text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetter(text[0]) || text.AsSpan(0, colon).ContainsAnyExcept(s_schemeCharacters)) return null;
        return text.Length > colon + 1 && text[colon + 1] != '/' ? null : CelUrl.Parse(text[..colon].ToLowerInvariant(), text[(colon + 1)..]);
    }

    private static readonly System.Buffers.SearchValues<char> s_schemeCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private static int Compare(object?[] arguments) => Math.Sign(Quantity.Compare(Arg<CelQuantity>(arguments, 0).Text, Arg<CelQuantity>(arguments, 1).Text));

    private static CelQuantity Amount(string text) => Quantity.Canonical(text) is { } canonical ? new(canonical) : throw new CelEvaluationException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");

    private static string Other(object?[] arguments) => arguments is [_, long n] ? CelValues.Text(n) : Arg<CelQuantity>(arguments, 1).Text;
}

internal sealed record CelQuantity(string Text)
{
    public double Number => Quantity.TryParse(Text, out var value) ? value : 0;

    public bool Equals(CelQuantity? other) => other is not null && Quantity.Compare(Text, other.Text) == 0;

    public override int GetHashCode() => Number.GetHashCode();
}

/// <summary>The parts of a URL as Go names them; a port or a query may be empty.</summary>
internal sealed record CelUrl(string Scheme, string Host, string Hostname, string Port, string Path, string RawQuery)
{
    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!$&'()*+,;=:";
    private static readonly System.Buffers.SearchValues<char> s_userCharacters = System.Buffers.SearchValues.Create(Plain + "%@");
    private static readonly System.Buffers.SearchValues<char> s_hostCharacters = System.Buffers.SearchValues.Create(Plain + "[]<>\"");

    /// <summary>Whether every percent sign begins an escape.</summary>
    private static bool Escapes(ReadOnlySpan<char> text)
    {
        for (var i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%'))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
            text = text[(i + 3)..];
        }
        return true;
    }

    public static CelUrl? Parse(string scheme, string rest)
    {
        var (host, path) = ("", rest);
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.AsSpan(2).IndexOfAny('/', '?') is >= 0 and var slash ? slash + 2 : rest.Length;
            (host, path) = (rest[2..end], rest[end..]);
            var at = host.LastIndexOf('@');
            if (at >= 0 && (!Escapes(host.AsSpan(0, at)) || host.AsSpan(0, at).ContainsAnyExcept(s_userCharacters))) return null;
            host = host[(at + 1)..];
            if (host.Any(c => char.IsAscii(c) && !s_hostCharacters.Contains(c))) return null;
        }
        var colon = host.LastIndexOf(':') is >= 0 and var last && last > host.LastIndexOf(']') ? last : host.Length;
        var port = colon < host.Length ? host[(colon + 1)..] : "";
        if (port.Any(c => !char.IsAsciiDigit(c))) return null;
        var query = path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? mark : path.Length;
        if (!Escapes(path.AsSpan(0, query))) return null;
        return new(scheme, host, host[..colon].Trim('[', ']'), port, path[..query], query < path.Length ? path[(query + 1)..] : "");
    }

    public CelMap Query() => new(RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).GroupBy(p => Uri.UnescapeDataString(p[0]))
        .ToDictionary(g => (object)g.Key, object? (g) => g.Select(p => (object?)Uri.UnescapeDataString(p.ElementAtOrDefault(1) ?? "")).ToList(), CelValues.Comparer!));
}
