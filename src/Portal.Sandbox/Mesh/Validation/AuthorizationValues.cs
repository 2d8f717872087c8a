using System.Text.RegularExpressions;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>The values that a rule of an AuthorizationPolicy compares with.</summary>
internal static partial class AuthorizationValues
{
    private static readonly string[] s_mapped = ["request.headers", "request.experimental.inline.headers", "request.auth.claims", "experimental.envoy.filters."];
    private static readonly string[] s_plain = ["source.namespace", "source.principal", "request.auth.principal", "request.auth.audiences", "request.auth.presenter", "connection.sni", "source.trustDomain"];

    public static string? Empty(string key, IEnumerable<string> values) => values.Contains("") ? $"empty value not allowed, found in {key}" : null;

    public static string? ServiceAccounts(string key, IReadOnlyList<string> values)
    {
        const string Format = "expected format 'serviceAccount' or 'namespace/serviceAccount', found";
        if (values.Count > 16) return "may not have more than 16 values";
        foreach (var value in values)
        {
            if (value.Length == 0) return Empty(key, [value]);
            if (value.Contains('*', StringComparison.Ordinal)) return $"wildcard not allowed, found in {key}";
            var parts = value.Split('/');
            if (parts.Length > 2) return $"{Format} {GoText.Quote(value)} in {key}";
            if (value.Length > 320) return $"value cannot exceed 320 characters, found {GoText.Quote(value)} in {key}";
            if (parts is ["", _]) return $"{Format} empty namespace {GoText.Quote(value)} in {key}";
            if (parts is [_, ""]) return $"{Format} empty serviceAccount {GoText.Quote(value)} in {key}";
        }
        return null;
    }

    public static void Addresses(IEnumerable<string> values, Findings f)
    {
        foreach (var value in values) f.ListError(Address(value));
    }

    public static void Ports(IEnumerable<string> values, Findings f)
    {
        foreach (var value in values) f.ListError(Port(value));
    }

    private static string? Address(string value)
    {
        if (!value.Contains('/', StringComparison.Ordinal)) return AddressRules.IsAddress(value) ? null : $"bad IP address ({value})";
        return AddressRules.NotAPrefix(value) is { } problem ? $"bad CIDR range ({value}): {problem}" : null;
    }

    private static string? Port(string value)
    {
        if (GoText.NotANumber(value, "ParseUint", signed: false) is { } problem) return $"bad port ({value}): {problem}";
        return uint.Parse(value, null) > 65535 ? $"bad port ({value}): <nil>" : null;
    }

    /// <summary>A path is compared as it is, or as a template: <c>/a/{*}/b/{**}</c>.</summary>
    public static string? Paths(string key, IEnumerable<string> paths) => paths.Select(p => PathTemplate(key, p)).FirstOrDefault(p => p is not null);

    private static string? PathTemplate(string key, string path)
    {
        var isTemplate = path.Contains("{*}", StringComparison.Ordinal) || path.Contains("{**}", StringComparison.Ordinal);
        path = path.Trim('/');
        var foundAny = false;
        foreach (var part in path.Split('/'))
        {
            if (part is "{*}" or "{**}")
            {
                if (foundAny) return $"invalid or unsupported path {path}, found in {key}. {{**}} is not the last operator";
                foundAny = part == "{**}";
                continue;
            }
            if (part.AsSpan().ContainsAny('{', '}')) return $"invalid or unsupported path {path}, found in {key}. Contains '{{' or '}}' beyond a supported path template";
            if (isTemplate && !LiteralRegex().IsMatch(part)) return $"invalid or unsupported path {path}, found in {key}. Contains segment {part} with invalid string literal";
        }
        return null;
    }

    /// <summary>The key of a condition and its values.</summary>
    public static string? Attribute(string key, IReadOnlyList<string> values)
    {
        if (Empty(key, values) is { } empty) return empty;
        if (s_mapped.Any(m => key.StartsWith(m, StringComparison.Ordinal))) return MapKey(key);
        if (s_plain.Contains(key)) return null;
        switch (key)
        {
            case "source.ip" or "remote.ip" or "destination.ip": return Collected(f => Addresses(values, f));
            case "destination.port": return Collected(f => Ports(values, f));
            case "source.serviceAccount": return ServiceAccounts(key, values);
            case "destination.namespace": return $"attribute {key} is replaced by the metadata.namespace";
            case "destination.name" or "destination.user": return $"deprecated attribute {key}: only supported in v1alpha1";
        }
        return key.StartsWith("destination.labels", StringComparison.Ordinal) ? $"attribute {key} is replaced by the workload selector" : $"unknown attribute: {key}";
    }

    private static string? Collected(Action<Findings> checks)
    {
        var findings = new Findings();
        checks(findings);
        return findings.Text;
    }

    private static string? MapKey(string key)
    {
        var open = key.IndexOf('[', StringComparison.Ordinal);
        return key.EndsWith(']') && open > 0 && open < key.Length - 2 ? null : $"bad key ({key}): should have format a[b]";
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9\-._~%!$&'()+,;:@=]+\z")]
    private static partial Regex LiteralRegex();
}
