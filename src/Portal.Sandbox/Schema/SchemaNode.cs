using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Schema;

internal enum SchemaType { Any, Object, Map, Array, String, Integer, Number, Boolean, IntOrString, Quantity, Time, Bytes }

internal enum ListType { Atomic, Set, Map }

/// <summary>
/// The shape of a value. Built-in kinds and custom resources compile to the same nodes, so that patching, server-side
/// apply and unknown-field detection exist once. Immutable after construction; shared by all clusters.
/// </summary>
internal sealed class SchemaNode
{
    private Lazy<IReadOnlyDictionary<string, SchemaNode>>? _properties;

    public required SchemaType Type { get; init; }

    /// <summary>Name of the Go struct or of the message, for error texts and OpenAPI; null for anonymous shapes.</summary>
    public string? Name { get; init; }

    /// <summary>Full message name, the key of OpenAPI components; null for anonymous shapes.</summary>
    public string? FullName { get; init; }

    public IReadOnlyDictionary<string, SchemaNode> Properties => _properties?.Value ?? EmptyProperties;

    /// <summary>Element of an array or value of a map.</summary>
    public SchemaNode? Items { get; init; }

    /// <summary>Set for lists that strategic merge patch merges: the key's name, or empty for a list of scalars.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Strategic merge patch: <c>$retainKeys</c> applies to the elements.</summary>
    public bool RetainKeys { get; init; }

    public ListType ListType { get; init; }
    public IReadOnlyList<string> ListKeys { get; init; } = [];

    /// <summary>Server-side apply treats the object as one value.</summary>
    public bool AtomicMap { get; init; }

    /// <summary>Name of the Go integer type in decode errors.</summary>
    public string GoType { get; init; } = "";

    /// <summary>Rules of a custom resource; null for built-in kinds, whose rules are code.</summary>
    public SchemaRules? Rules { get; init; }

    /// <summary>An object that keeps fields that it does not declare.</summary>
    public bool PreserveUnknown { get; init; }

    public bool IsStructured => Type is SchemaType.Object;

    private static IReadOnlyDictionary<string, SchemaNode> EmptyProperties { get; } = new Dictionary<string, SchemaNode>();

    public static SchemaNode Any { get; } = new() { Type = SchemaType.Any };
    public static SchemaNode String { get; } = new() { Type = SchemaType.String, GoType = "string" };
    public static SchemaNode Integer { get; } = new() { Type = SchemaType.Integer, GoType = "int32" };
    public static SchemaNode Boolean { get; } = new() { Type = SchemaType.Boolean, GoType = "bool" };

    /// <summary>Properties are resolved on first use: messages refer to each other in circles.</summary>
    public SchemaNode WithProperties(Func<IReadOnlyDictionary<string, SchemaNode>> properties)
    {
        _properties = new Lazy<IReadOnlyDictionary<string, SchemaNode>>(properties);
        return this;
    }

    public SchemaNode? Child(string name) => Type switch
    {
        SchemaType.Object => Properties.GetValueOrDefault(name),
        SchemaType.Map => Items,
        _ => null,
    };
}

/// <summary>What the structural schema of a custom resource demands of a value.</summary>
internal sealed record SchemaRules
{
    public IReadOnlyList<string> Required { get; init; } = [];
    public IReadOnlyList<JsonNode?>? Enum { get; init; }
    public Regex? Pattern { get; init; }

    /// <summary>The pattern as it was written.</summary>
    public string? PatternText { get; init; }
    public double? Minimum { get; init; }
    public double? Maximum { get; init; }
    public bool ExclusiveMinimum { get; init; }
    public bool ExclusiveMaximum { get; init; }
    public long? MinLength { get; init; }
    public long? MaxLength { get; init; }
    public long? MinItems { get; init; }
    public long? MaxItems { get; init; }
    public long? MinProperties { get; init; }
    public long? MaxProperties { get; init; }
    public bool Nullable { get; init; }
    public JsonNode? Default { get; init; }

    /// <summary>A schema without a type, as those inside of <c>anyOf</c> may be: any value will do.</summary>
    public bool Untyped { get; init; }

    public double? MultipleOf { get; init; }
    public IReadOnlyList<SchemaNode> AllOf { get; init; } = [];
    public IReadOnlyList<SchemaNode> AnyOf { get; init; } = [];
    public IReadOnlyList<SchemaNode> OneOf { get; init; } = [];
    public SchemaNode? Not { get; init; }

    /// <summary>An object with apiVersion, kind and metadata of its own, declared or not.</summary>
    public bool EmbeddedResource { get; init; }
    public string? Format { get; init; }

    /// <summary><c>x-kubernetes-validations</c>.</summary>
    public IReadOnlyList<CelRule> Validations { get; init; } = [];
}
