using System.Text.RegularExpressions;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Host names as the analyzers compare them.</summary>
internal static partial class HostName
{
    public const string Everyone = "*";
    public const string Local = ".";

    /// <summary>A name without dots belongs to the namespace of the object that says it.</summary>
    public static string Qualify(string host, string @namespace) =>
        host.StartsWith('*') || host.Contains('.', StringComparison.Ordinal) ? host : $"{host}.{@namespace}.svc.cluster.local";

    /// <summary>Whether two names, each perhaps a wildcard, have a host in common.</summary>
    public static bool Matches(string one, string other) => (IsWildcard(one), IsWildcard(other)) switch
    {
        (true, true) => one.Length < other.Length ? other.AsSpan(1).EndsWith(one.AsSpan(1), StringComparison.Ordinal) : one.AsSpan(1).EndsWith(other.AsSpan(1), StringComparison.Ordinal),
        (true, false) => other.AsSpan().EndsWith(one.AsSpan(1), StringComparison.Ordinal),
        (false, true) => one.AsSpan().EndsWith(other.AsSpan(1), StringComparison.Ordinal),
        _ => one == other,
    };

    /// <summary>The service that a host names: name and namespace of a full name, or a name in the namespace of who says it.</summary>
    public static (string Name, string Namespace) ServiceOf(string host, string @namespace) =>
        FullName().Match(host) is { Success: true } m ? (m.Groups[1].Value, m.Groups[2].Value) : (host, @namespace);

    public static bool IsExportedToAll(IReadOnlyCollection<string> exportTo) => exportTo.Count == 0 || exportTo.Contains(Everyone);

    /// <summary>Splits <c>namespace/name</c>; a plain name is in the given namespace.</summary>
    public static (string Namespace, string Name) Split(string name, string @namespace) =>
        name.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (name[..slash], name[(slash + 1)..]) : (@namespace, name);

    public static string Join(string @namespace, string name) => @namespace.Length == 0 ? name : $"{@namespace}/{name}";

    private static bool IsWildcard(string host) => host.StartsWith('*');

    [GeneratedRegex(@"\A(.+)\.(.+)\.svc\.cluster\.local\z")]
    private static partial Regex FullName();
}
