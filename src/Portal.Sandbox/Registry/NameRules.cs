using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Names, labels and annotations (k8s.io/apimachinery/pkg/util/validation).</summary>
internal static partial class NameRules
{
    public const string Dns1123Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    public const string Dns1123Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    public const string Dns1035Label = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    private const string LabelName = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string LabelValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static void Metadata(ResourceType type, JsonObject obj, List<FieldError> errors)
    {
        var name = obj.Str("metadata", "name") ?? "";
        if (name.Length == 0) errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else if (NameProblem(type, name) is { } problem) errors.Add(FieldError.Invalid("metadata.name", name, problem));
        Labels(obj.Obj("metadata", "labels"), "metadata.labels", errors);
        foreach (var (key, _) in obj.Obj("metadata", "annotations") ?? []) Key(key.ToLowerInvariant(), "metadata.annotations", errors, key);
    }

    public static void Labels(JsonObject? labels, string path, List<FieldError> errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            Key(key, path, errors, key);
            var text = value.Str() ?? "";
            if (text.Length > 63) errors.Add(FieldError.Invalid(path, text, "must be no more than 63 bytes"));
            if (!ValueRegex().IsMatch(text)) errors.Add(FieldError.Invalid(path, text, LabelValueRule));
        }
    }

    public static IEnumerable<string> QualifiedName(string s) => KeyRegex().IsMatch(s[(s.IndexOf('/', StringComparison.Ordinal) + 1)..]) ? [] : [LabelName];

    public static IEnumerable<string> LabelValue(string s) => ValueRegex().IsMatch(s) ? [] : [LabelValueRule];

    public static bool IsDns1123Label(string s) => s.Length <= 63 && LabelRegex().IsMatch(s);

    private static string? NameProblem(ResourceType type, string name) => type.Resource switch
    {
        "services" => name.Length > 63 ? "must be no more than 63 characters" : Dns1035Regex().IsMatch(name) ? null : Dns1035Label,
        "namespaces" => name.Length > 63 ? "must be no more than 63 characters" : LabelRegex().IsMatch(name) ? null : Dns1123Label,
        _ when type.Group == "rbac.authorization.k8s.io" => name is "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal) ? $"may not contain '/' or '%'" : null,
        _ => name.Length > 253 ? "must be no more than 253 characters" : SubdomainRegex().IsMatch(name) ? null : Dns1123Subdomain,
    };

    private static void Key(string key, string path, List<FieldError> errors, string shown)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? null : key[..slash];
        var name = key[(slash + 1)..];
        if (prefix is not null && (prefix.Length == 0 || !SubdomainRegex().IsMatch(prefix))) errors.Add(FieldError.Invalid(path, shown, prefix.Length == 0 ? "prefix part must be non-empty" : "prefix part " + Dns1123Subdomain));
        if (name.Length == 0) errors.Add(FieldError.Invalid(path, shown, "name part must be non-empty"));
        if (name.Length > 63) errors.Add(FieldError.Invalid(path, shown, "name part must be no more than 63 bytes"));
        if (!KeyRegex().IsMatch(name)) errors.Add(FieldError.Invalid(path, shown, LabelName));
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")] private static partial Regex SubdomainRegex();
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")] private static partial Regex LabelRegex();
    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z")] private static partial Regex Dns1035Regex();
    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")] private static partial Regex KeyRegex();
    [GeneratedRegex(@"\A(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")] private static partial Regex ValueRegex();
}
