using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Labs.Sessions;

namespace Portal.Labs.Grading;

/// <summary>What a result rests on, and the JSON in which that is kept.</summary>
internal static class Evidence
{
    // What learners' programs answer is in it: bounded, for each pass is kept.
    private const int MaxObjects = 30, MaxLines = 40, MaxText = 400;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <param name="afterSection">The section of whose blocks one had run last, or null.</param>
    public static CheckFinding Of(
        string probe,
        ProbeResult result,
        GradedCluster cluster,
        string? afterSection,
        DateTimeOffset at
    ) =>
        new(
            at,
            probe,
            Short(result.Where),
            Short(result.Found),
            [
                .. result
                    .Objects.Take(MaxObjects)
                    .Select(o => new FoundObject(
                        o.ApiVersion,
                        o.Kind,
                        o.Namespace,
                        o.Name,
                        o.ResourceVersion,
                        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(o.Json.GetRawText())))
                    )),
            ],
            [.. result.Log.Take(MaxLines).Select(Short)],
            result.Holds,
            cluster.Provider,
            cluster.Simulated,
            afterSection
        );

    public static string ToJson(CheckFinding evidence) => JsonSerializer.Serialize(evidence, s_json);

    /// <summary>Null when there is none, or none that can be read.</summary>
    public static CheckFinding? Read(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<CheckFinding>(json, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Short(string text) => text.Length > MaxText ? text[..MaxText] + "…" : text;
}
