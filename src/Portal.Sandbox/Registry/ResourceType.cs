using System.Text.Json.Nodes;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Registry;

/// <summary>One served resource in one version, built-in or from a CustomResourceDefinition. Immutable.</summary>
internal sealed record ResourceType
{
    public required string Group { get; init; }
    public required string Version { get; init; }
    public required string Kind { get; init; }
    public required string Plural { get; init; }
    public required string Singular { get; init; }
    public string ListKind => Kind + "List";
    public required bool Namespaced { get; init; }
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;
    public bool HasStatus { get; init; }
    public bool HasScale { get; init; }
    public required SchemaNode Schema { get; init; }
    public CustomResource? Custom { get; init; }

    /// <summary>Set for a version of a built-in resource that is stored in another.</summary>
    public VersionConversion? Conversion { get; init; }

    /// <summary>The type that storage, defaults and validation know.</summary>
    public ResourceType Stored => Conversion?.Stored ?? this;

    /// <summary>Columns of <c>kubectl get</c>.</summary>
    public required TablePrinter Printer { get; init; }

    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;

    /// <summary><c>pods</c>, <c>deployments.apps</c>: the storage key and the name in error messages.</summary>
    public string Resource => Conversion?.Stored.Resource ?? (Group.Length == 0 ? Plural : Plural + "." + Group);

    /// <summary>Name in messages of kind "The Deployment "x" is invalid": Kind, or Kind.group for grouped kinds.</summary>
    public string QualifiedKind => Group.Length == 0 ? Kind : Kind + "." + Group;

    public static IReadOnlyList<string> AllVerbs { get; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
}

/// <summary>What a resource has only when a CustomResourceDefinition made it.</summary>
internal sealed record CustomResource(string DefinitionName, string StorageVersion, string? SpecReplicasPath, string? StatusReplicasPath, string? LabelSelectorPath, IReadOnlyList<string> SelectableFields);

/// <param name="Priority">0 is always shown, 1 with <c>-o wide</c>.</param>
internal sealed record TableColumn(string Name, string Type, string Format, string Description, int Priority);

/// <summary>Turns objects into rows of cells.</summary>
internal sealed record TablePrinter(IReadOnlyList<TableColumn> Columns, Func<JsonObject, DateTimeOffset, JsonArray> Cells);
