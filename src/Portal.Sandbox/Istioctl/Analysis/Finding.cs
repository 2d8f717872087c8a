using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl.Analysis;

internal enum FindingLevel { Error, Warning, Info }

/// <summary>One message of the analysis; codes and texts follow istio/pkg/config/analysis/msg/messages.yaml.</summary>
internal sealed record Finding(FindingLevel Level, string Code, AnalysisObject Object, string Text)
{
    public override string ToString() => $"{Level} [{Code}] ({Object.Origin}{(Object.Reference is { } r ? " " + r : "")}) {Text}";

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["code"] = Code,
            ["documentationUrl"] = $"https://istio.io/v1.30/docs/reference/config/analysis/{Code.ToLowerInvariant()}/",
            ["level"] = Level.ToString(),
            ["message"] = Text,
            ["origin"] = Object.Origin,
        };
        if (Object.Reference is { } reference) json["reference"] = reference;
        return json;
    }
}
