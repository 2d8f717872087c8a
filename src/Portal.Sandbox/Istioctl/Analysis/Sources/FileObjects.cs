using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using YamlDotNet.Core;

namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>Reads the objects of a file. Kinds that no analyzer looks at are passed over.</summary>
internal sealed class FileObjects(string file, string defaultNamespace)
{
    private readonly List<AnalysisObject> _objects = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<AnalysisObject> Objects => _objects;

    /// <summary>What could not be read, in istioctl's words; null when all could.</summary>
    public string? Problem => _problems.Count == 0 ? null : $"errors parsing content {Mesh.Validation.GoText.Quote(file)}: {GoErrors.Join(_problems)}";

    public void Read(string text)
    {
        var number = -1;
        foreach (var (chunk, line) in YamlChunks.Of(text))
        {
            number++;
            if (ReadChunk(chunk, line) is { } problem) _problems.Add($"error processing {file}[{number}]: {problem}");
        }
    }

    private string? ReadChunk(string chunk, int line)
    {
        JsonNode? document;
        try
        {
            document = YamlReader.ReadAll(chunk).FirstOrDefault();
        }
        catch (YamlException e)
        {
            return $"failed converting YAML to JSON: {GoErrors.Yaml(e)}";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            return $"failed converting YAML to JSON: yaml: {e.Message}";
        }
        if (document is null) return null;
        var positions = new Lazy<IReadOnlyDictionary<string, int>>(() => FieldPositions.Of(chunk));
        if (document is not JsonObject obj) return "failed interpreting jsonChunk: couldn't get version/kind; json parse error: json: cannot unmarshal " + (document is JsonArray ? "array" : "string") + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";
        if (obj.Str("kind") != "List") return Add(obj, new(file, positions, line));
        if (obj["items"] is not JsonArray items || items.Any(i => i is not JsonObject)) return "failed extracting resource chunks from list yaml chunk: failed parsing yamlChunk: malformed items field";
        for (var i = 0; i < items.Count; i++)
        {
            if (Add((JsonObject)items[i]!, new(file, positions, line, $".items[{i}]")) is { } problem) return "failed parsing resource chunk: " + problem;
        }
        return null;
    }

    private string? Add(JsonObject obj, SourcePosition position)
    {
        if (obj.Str("kind") is not { Length: > 0 } kind) return obj.Str("apiVersion") is null ? "unable to parse resource with no group, version and kind" : null;
        if (AnalysisKinds.Find(obj.Str("apiVersion") ?? "", kind) is not { } type) return null;
        if (obj["metadata"] is not null and not JsonObject) return "failed parsing JSON for built-in type: json: cannot unmarshal metadata into Go struct field .metadata of type v1.ObjectMeta";
        var metadata = obj.Ensure("metadata");
        if (type.ClusterScoped) metadata.Remove("namespace");
        else if (defaultNamespace.Length > 0 && string.IsNullOrEmpty(metadata.Str("namespace"))) metadata["namespace"] = defaultNamespace;
        _objects.Add(new(type, obj, position));
        return null;
    }
}
