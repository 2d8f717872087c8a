using System.Buffers;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Reads an object with what the view leaves out of it.</summary>
public static class WholeObject
{
    /// <summary>
    /// As the server has it, with managed fields; of a Secret never the values. Null when it is gone.
    /// </summary>
    /// <exception cref="ClusterApiException">The server refused.</exception>
    public static async Task<JsonElement?> ReadAsync(
        ClusterApi api,
        ClusterObjectKey key,
        CancellationToken cancellationToken
    )
    {
        if (WatchedKind.PathOf(key) is not { } path) return null;
        var found = await api.FindAsync(path, cancellationToken).ConfigureAwait(false);
        return found is { } json && key is { Group: "", Kind: "Secret" } ? WithoutValues(json) : found;
    }

    private static JsonElement WithoutValues(JsonElement secret)
    {
        var kind = WatchedKind.All.First(k => k.Kind == "Secret");
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in secret.Members())
                if (!ObjectAbridging.TryWrite(kind, member, writer)) member.WriteTo(writer);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory.ToArray());
        return document.RootElement.Clone();
    }
}
