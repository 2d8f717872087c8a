using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Validation;

/// <summary>What is wrong with a name, a label, a port name... (k8s.io/apimachinery/pkg/util/validation). Each answers with upstream's texts; none means valid.</summary>
internal static partial class NameRules
{
    private const string LabelFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainFormat = LabelFormat + @"(\." + LabelFormat + ")*";
    private const string QualifiedFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string QualifiedText = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    private static readonly string s_label = Text("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character", LabelFormat, "my-name", "123-abc");
    private static readonly string s_subdomain = Text("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", SubdomainFormat, "example.com");
    private static readonly string s_wildcard = Text("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", @"\*\." + SubdomainFormat, "*.example.com");
    private static readonly string s_dns1035 = Text("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character", "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123");
    private static readonly string s_qualified = Text(QualifiedText, QualifiedFormat, "MyName", "my.name", "123-abc");
    private static readonly string s_labelValue = Text("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", $"({QualifiedFormat})?", "MyValue", "my_value", "12345");
    private static readonly string s_configKey = Text("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name");
    private static readonly string s_header = Text("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name");
    private static readonly string s_percent = Text("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%");

    public static IEnumerable<string> Dns1123Label(string s)
    {
        if (s.Length > 63) yield return TooLong(63);
        if (!LabelRegex().IsMatch(s)) yield return s_label;
    }

    public static IEnumerable<string> Dns1123Subdomain(string s)
    {
        if (s.Length > 253) yield return TooLong(253);
        if (!SubdomainRegex().IsMatch(s)) yield return s_subdomain;
    }

    public static IEnumerable<string> WildcardSubdomain(string s)
    {
        if (s.Length > 253) yield return TooLong(253);
        if (!s.StartsWith("*.", StringComparison.Ordinal) || !SubdomainRegex().IsMatch(s[2..])) yield return s_wildcard;
    }

    public static IEnumerable<string> Dns1035Label(string s)
    {
        if (s.Length > 63) yield return TooLong(63);
        if (!Dns1035Regex().IsMatch(s)) yield return s_dns1035;
    }

    /// <summary>Names of RBAC objects and of kinds: anything that fits into a URL's path.</summary>
    public static IEnumerable<string> PathSegment(string s)
    {
        if (s is "." or "..") yield return $"may not be '{s}'";
        else
        {
            if (s.Contains('/', StringComparison.Ordinal)) yield return "may not contain '/'";
            if (s.Contains('%', StringComparison.Ordinal)) yield return "may not contain '%'";
        }
    }

    /// <summary>Keys of labels and annotations, finalizers, resource names.</summary>
    public static IEnumerable<string> QualifiedName(string s)
    {
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (slash != s.LastIndexOf('/'))
        {
            yield return $"a qualified name {s_qualified} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }
        if (slash >= 0)
        {
            var prefix = s[..slash];
            if (prefix.Length == 0) yield return "prefix part must be non-empty";
            else foreach (var problem in Dns1123Subdomain(prefix)) yield return "prefix part " + problem;
        }
        var name = s.AsSpan(slash + 1).ToString();
        if (name.Length == 0) yield return "name part must be non-empty";
        else if (name.Length > 63) yield return "name part " + TooLong(63);
        if (!QualifiedRegex().IsMatch(name)) yield return "name part " + s_qualified;
    }

    public static IEnumerable<string> LabelValue(string s)
    {
        if (s.Length > 63) yield return TooLong(63);
        if (s.Length > 0 && !QualifiedRegex().IsMatch(s)) yield return s_labelValue;
    }

    public static IEnumerable<string> ConfigKey(string s)
    {
        if (s.Length > 253) yield return TooLong(253);
        if (!ConfigKeyRegex().IsMatch(s)) yield return s_configKey;
        if (s == ".") yield return "must not be '.'";
        else if (s == "..") yield return "must not be '..'";
        else if (s.StartsWith("..", StringComparison.Ordinal)) yield return "must not start with '..'";
    }

    public static IEnumerable<string> EnvironmentName(string s)
    {
        if (s.Length == 0) yield return "environment variable name must be non-empty";
        if (s.Any(c => c is < ' ' or > '~' or '=')) yield return "a valid environment variable name must consist only of printable ASCII characters other than '='";
    }

    public static IEnumerable<string> PortName(string s)
    {
        if (s.Length > 15) yield return TooLong(15);
        if (s.Length == 0 || s.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')) yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        if (!s.Any(char.IsAsciiLetterLower)) yield return "must contain at least one letter (a-z)";
        if (s.Contains("--", StringComparison.Ordinal)) yield return "must not contain consecutive hyphens";
        if (s.Length > 0 && (s[0] == '-' || s[^1] == '-')) yield return "must not begin or end with a hyphen";
    }

    public static IEnumerable<string> Port(long number) => InRange(number, 1, 65535);

    public static IEnumerable<string> InRange(long number, long low, long high) => number >= low && number <= high ? [] : [Range(low, high)];

    public static IEnumerable<string> HeaderName(string s) => HeaderRegex().IsMatch(s) ? [] : [s_header];

    public static IEnumerable<string> Percent(string s) => PercentRegex().IsMatch(s) ? [] : [s_percent];

    public static IEnumerable<string> Ip(string s) => IsIp(s) ? [] : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];

    public static bool IsIp(string s) => IPAddress.TryParse(s, out var ip) && (ip.AddressFamily == AddressFamily.InterNetworkV6 || s.Split('.').Length == 4) && !s.Contains('[', StringComparison.Ordinal) && !s.Contains('%', StringComparison.Ordinal);

    public static bool IsCidr(string s) => s.Contains('/', StringComparison.Ordinal) && IsIp(s[..s.IndexOf('/', StringComparison.Ordinal)]) && int.TryParse(s[(s.IndexOf('/', StringComparison.Ordinal) + 1)..], out var bits)
        && bits >= 0 && bits <= (s.Contains(':', StringComparison.Ordinal) ? 128 : 32);

    public static string Range(long low, long high) => $"must be between {low} and {high}, inclusive";

    private static string TooLong(int max) => $"must be no more than {max} bytes";

    /// <summary>The sentence, then examples, then the expression, as upstream joins them.</summary>
    private static string Text(string sentence, string format, params string[] examples) =>
        $"{sentence} (e.g. {string.Join(" or ", examples.Select(e => $"'{e}', "))}regex used for validation is '{format}')";

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")] private static partial Regex SubdomainRegex();
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")] private static partial Regex LabelRegex();
    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z")] private static partial Regex Dns1035Regex();
    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")] private static partial Regex QualifiedRegex();
    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z")] private static partial Regex ConfigKeyRegex();
    [GeneratedRegex(@"\A[-A-Za-z0-9]+\z")] private static partial Regex HeaderRegex();
    [GeneratedRegex(@"\A[0-9]+%\z")] private static partial Regex PercentRegex();
}
