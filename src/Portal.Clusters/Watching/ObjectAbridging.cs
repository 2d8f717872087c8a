using System.Text;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>
/// Keeps of Secrets and ConfigMaps what a picture of a cluster needs: a secret's values are never in the portal's
/// memory, and a dashboard in a ConfigMap is larger than everything else that is watched.
/// </summary>
internal static class ObjectAbridging
{
    /// <summary>Of a ConfigMap's value, the characters up to which it is kept.</summary>
    private const int LongestValue = 2048;

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>False for what is written as it is.</summary>
    public static bool TryWrite(WatchedKind kind, JsonProperty member, Utf8JsonWriter writer)
    {
        switch (member.Name)
        {
            case "data" or "binaryData" or "stringData":
                writer.WriteStartObject(member.Name);
                foreach (var value in member.Value.Members())
                    writer.WriteString(value.Name, Shown(kind, member, value));
                writer.WriteEndObject();
                return true;
            case "metadata":
                writer.WriteStartObject(member.Name);
                foreach (var field in member.Value.Members())
                {
                    if (field.Name == "managedFields") continue;
                    if (field.Name == "annotations") WriteAnnotations(field.Value, writer);
                    else field.WriteTo(writer);
                }
                writer.WriteEndObject();
                return true;
            default:
                return false;
        }
    }

    /// <summary>How large a value is that was not kept.</summary>
    public static string Size(string value, bool encoded) =>
        (encoded ? DecodedLength(value) : Encoding.UTF8.GetByteCount(value)) is var bytes && bytes == 1
            ? "(1 byte)"
            : $"({bytes} bytes)";

    private static string Shown(WatchedKind kind, JsonProperty member, JsonProperty value)
    {
        var text = value.Value.Text() ?? "";
        if (kind.Kind == "Secret") return Size(text, encoded: member.Name != "stringData");
        return member.Name == "binaryData" || text.Length > LongestValue
            ? Size(text, encoded: member.Name == "binaryData")
            : text;
    }

    /// <summary>Without what was applied last, which holds the values, and without a leader's heartbeat.</summary>
    private static void WriteAnnotations(JsonElement annotations, Utf8JsonWriter writer)
    {
        writer.WriteStartObject("annotations");
        foreach (var annotation in annotations.Members())
            if (annotation.Name != LastApplied && !ObjectDiff.IsHeartbeat(annotation.Name)) annotation.WriteTo(writer);
        writer.WriteEndObject();
    }

    private static int DecodedLength(string base64) =>
        base64.Length / 4 * 3 - (base64.EndsWith("==", StringComparison.Ordinal) ? 2 : base64.EndsWith('=') ? 1 : 0);
}
