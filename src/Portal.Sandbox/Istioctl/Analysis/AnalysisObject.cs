using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.Analysis.Sources;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>An object that is analysed.</summary>
/// <param name="position">Where it stands in a file; null for one of the cluster.</param>
internal sealed class AnalysisObject(AnalysisKind type, JsonObject obj, SourcePosition? position)
{
    private IReadOnlyDictionary<string, string>? _labels;
    private IReadOnlyDictionary<string, string>? _annotations;

    public AnalysisKind Type => type;
    public JsonObject Object => obj;
    public string Name { get; } = obj.Str("metadata", "name") ?? "";
    public string Namespace { get; } = obj.Str("metadata", "namespace") ?? "";
    public JsonObject Spec { get; } = obj.Obj("spec") ?? [];

    public IReadOnlyDictionary<string, string> Labels => _labels ??= obj.Map("metadata", "labels");
    public IReadOnlyDictionary<string, string> Annotations => _annotations ??= obj.Map("metadata", "annotations");

    public string FullName => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
    public string Origin => $"{type.Kind} {FullName}";

    /// <summary>The namespace that it is about: a Namespace's own name.</summary>
    public string Scope => type.Key == "Namespace" ? Name : Namespace;

    public string? ReferenceTo(string? field) => position?.ToReference(field);
}
