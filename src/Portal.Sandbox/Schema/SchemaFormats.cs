using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Schema;

/// <summary>The string formats that the API server checks in custom resources; it passes over all others, those of numbers too.</summary>
internal static partial class SchemaFormats
{
    public static bool Matches(string format, string text) => format.Replace("-", "", StringComparison.Ordinal) switch
    {
        "datetime" => CelValues.ParseTime(text) is not null,
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => CelDuration.Parse(text.Replace(" ", "", StringComparison.Ordinal)) is not null,
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork && v4.ToString() == text,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 && !text.Contains('%', StringComparison.Ordinal),
        "cidr" => CelKubernetesFunctions.Network(text) is not null,
        "uri" => CelKubernetesFunctions.All["isURL"]([text]) is true,
        "email" => Email().IsMatch(text),
        "hostname" => text.Length is > 0 and < 256 && Hostname().IsMatch(text),
        "mac" => Mac().IsMatch(text),
        "uuid" or "uuid3" or "uuid4" or "uuid5" => Uuid().IsMatch(text),
        "hexcolor" => HexColor().IsMatch(text),
        "byte" => System.Buffers.Text.Base64.IsValid(text) && text.Length > 0,
        _ => true,
    };

    [GeneratedRegex("^[^@\\s]+@[^@\\s]+$")]
    private static partial Regex Email();

    [GeneratedRegex(@"^([a-zA-Z0-9\p{L}]([a-zA-Z0-9\p{L}-]{0,61}[a-zA-Z0-9\p{L}])?)(\.[a-zA-Z0-9\p{L}]([a-zA-Z0-9\p{L}-]{0,61}[a-zA-Z0-9\p{L}])?)*$")]
    private static partial Regex Hostname();

    [GeneratedRegex("^([0-9a-fA-F]{2}[:-]){5}([0-9a-fA-F]{2})$")]
    private static partial Regex Mac();

    [GeneratedRegex("^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")]
    private static partial Regex Uuid();

    [GeneratedRegex("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
    private static partial Regex HexColor();
}
