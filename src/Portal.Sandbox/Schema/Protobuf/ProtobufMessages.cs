using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace Portal.Sandbox.Schema.Protobuf;

/// <param name="Type">Scalar name or full message name.</param>
/// <param name="MapValue">Type of the values when the field is a map, else null.</param>
/// <param name="Inline">The Go struct embeds this message: its fields stand in the parent in JSON.</param>
internal sealed record ProtobufField(int Number, string JsonName, string Type, bool Repeated, string? MapValue, bool Inline);

internal sealed record ProtobufMessage(string FullName, IReadOnlyList<ProtobufField> Fields)
{
    private FrozenDictionary<int, ProtobufField>? _byNumber;

    public string Name { get; } = FullName[(FullName.LastIndexOf('.') + 1)..];

    /// <summary>A kind has apiVersion and kind of its own, which protobuf carries in the envelope.</summary>
    public bool IsKind { get; } = Fields.Any(f => f.JsonName == "metadata" && f.Type.EndsWith("Meta", StringComparison.Ordinal))
        && !FullName.EndsWith(".PodTemplateSpec", StringComparison.Ordinal) && !FullName.EndsWith(".JobTemplateSpec", StringComparison.Ordinal)
        && !FullName.EndsWith(".PersistentVolumeClaimTemplate", StringComparison.Ordinal) && !FullName.EndsWith(".ResourceClaimTemplateSpec", StringComparison.Ordinal);

    public ProtobufField? Field(int number) => (_byNumber ??= Fields.ToFrozenDictionary(f => f.Number)).GetValueOrDefault(number);
}

/// <summary>The messages of the Kubernetes API, read once from the embedded field table.</summary>
internal static class ProtobufMessages
{
    public const string ApiExtensions = "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.";

    private static readonly Lazy<FrozenDictionary<string, ProtobufMessage>> s_all = new(Load);

    /// <summary>Structs that Go embeds without a JSON name of their own (<c>json:",inline"</c>).</summary>
    private static readonly FrozenSet<string> s_inline = new[]
    {
        "ConfigMapEnvSource.localObjectReference", "ConfigMapKeySelector.localObjectReference", "ConfigMapProjection.localObjectReference",
        "ConfigMapVolumeSource.localObjectReference", "SecretEnvSource.localObjectReference", "SecretKeySelector.localObjectReference",
        "SecretProjection.localObjectReference", "Volume.volumeSource", "PersistentVolumeSpec.persistentVolumeSource", "Probe.handler",
        "IngressRule.ingressRuleValue", "EphemeralContainer.ephemeralContainerCommon", "RuleWithOperations.rule", "NamedRuleWithOperations.ruleWithOperations",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static ProtobufMessage? Find(string fullName) => s_all.Value.GetValueOrDefault(fullName);

    /// <summary>Where the API keeps a kind: the package is the group's first label, with three exceptions.</summary>
    public static string MessageName(string group, string version, string kind)
    {
        if (kind is "DeleteOptions" or "PatchOptions" or "CreateOptions" or "UpdateOptions" or "Status" or "ListOptions" || group == "meta.k8s.io")
            return "k8s.io.apimachinery.pkg.apis.meta.v1." + kind;
        if (group == "apiextensions.k8s.io") return ApiExtensions + kind;
        var package = group.Length == 0 ? "core" : group.Split('.')[0];
        return $"k8s.io.api.{package}.{version}.{kind}";
    }

    private static FrozenDictionary<string, ProtobufMessage> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("kubernetes-fields.tsv")!;
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var fields = new Dictionary<string, List<ProtobufField>>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var c = line.Split('\t');
            var message = c[0] + "." + c[1];
            if (!fields.TryGetValue(message, out var list)) fields[message] = list = [];
            list.Add(Field(c[0], c[1], int.Parse(c[2], CultureInfo.InvariantCulture), c[3], c[4], c[5]));
        }
        return fields.ToFrozenDictionary(f => f.Key, f => new ProtobufMessage(f.Key, f.Value), StringComparer.Ordinal);
    }

    private static ProtobufField Field(string package, string message, int number, string name, string label, string type)
    {
        string? mapValue = null;
        if (type.StartsWith("map<", StringComparison.Ordinal)) mapValue = Qualify(package, type[(type.IndexOf(',', StringComparison.Ordinal) + 1)..^1]);
        return new(number, JsonName(name), mapValue is null ? Qualify(package, type) : "", label == "repeated", mapValue, s_inline.Contains(message + "." + name));
    }

    private static string Qualify(string package, string type)
    {
        type = type.TrimStart('.');
        return type is "string" or "bool" or "bytes" or "double" or "float" or "int32" or "int64" or "uint32" or "uint64"
            || type.StartsWith("k8s.io.", StringComparison.Ordinal) ? type : package + "." + type;
    }

    private static string JsonName(string name) => name switch
    {
        "uID" => "uid",
        "aPIGroup" => "apiGroup",
        "aPIVersion" => "apiVersion",
        "Port" => name,
        _ when char.IsAsciiLetterUpper(name[0]) => char.ToLowerInvariant(name[0]) + name[1..],
        _ => name,
    };
}
