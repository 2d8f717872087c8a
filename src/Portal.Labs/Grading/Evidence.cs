using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portal.Labs.Grading;

/// <summary>What a pass rests on, as JSON to keep.</summary>
internal static class Evidence
{
    public static string Of(string probe, ProbeResult result, DateTimeOffset at) => JsonSerializer.Serialize(new
    {
        at,
        probe,
        where = result.Where,
        found = result.Found,
        objects = result.Objects.Select(o => new
        {
            apiVersion = o.ApiVersion,
            kind = o.Kind,
            @namespace = o.Namespace,
            name = o.Name,
            resourceVersion = o.ResourceVersion,
            hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(o.Json.GetRawText()))),
        }),
        log = result.Log,
    });
}
