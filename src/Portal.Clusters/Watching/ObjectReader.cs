using System.Buffers;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Makes cluster objects from API JSON.</summary>
internal static class ObjectReader
{
    /// <summary>Null when the JSON is not an object with a name, whatever else it is.</summary>
    public static ClusterObject? Read(WatchedKind kind, JsonElement json)
    {
        var metadata = json.Find("metadata");
        if (metadata.Find("name").Text() is not { Length: > 0 } name) return null;
        return new ClusterObject(
            new(kind.Group, kind.Kind, metadata.Find("namespace").Text() ?? "", name),
            kind.ApiVersion,
            metadata.Find("uid").Text() ?? "",
            metadata.Find("resourceVersion").Text() ?? "",
            Detach(kind, json));
    }

    /// <summary>A copy of its own, with kind and apiVersion (which lists leave out) and without managed fields (which nobody reads and which are large).</summary>
    private static JsonElement Detach(WatchedKind kind, JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", kind.ApiVersion);
            writer.WriteString("kind", kind.Kind);
            foreach (var member in json.EnumerateObject())
            {
                if (member.Name is "apiVersion" or "kind") continue;
                if (kind.Abridged && ObjectAbridging.TryWrite(kind, member, writer)) continue;
                if (member.Name != "metadata")
                {
                    member.WriteTo(writer);
                    continue;
                }
                writer.WriteStartObject("metadata");
                foreach (var field in member.Value.EnumerateObject().Where(f => f.Name != "managedFields")) field.WriteTo(writer);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory.ToArray());
        return document.RootElement.Clone();
    }
}
