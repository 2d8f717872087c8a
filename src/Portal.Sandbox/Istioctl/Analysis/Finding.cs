using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl.Analysis;

internal enum FindingLevel { Error, Warning, Info }

/// <summary>What can be found: codes and texts follow istio/pkg/config/analysis/msg/messages.yaml.</summary>
internal sealed record MessageType(string Code, FindingLevel Level, string Template);

/// <summary>One message of the analysis.</summary>
/// <param name="Field">Path of the field that is at fault, whose line is named; null for the object as a whole.</param>
internal sealed record Finding(MessageType Type, AnalysisObject Object, string? Field, string Text)
{
    private string? _line;

    public string? Reference => Object.ReferenceTo(Field);

    public string Origin => Reference is { } reference ? $"{Object.Origin} {reference}" : Object.Origin;

    public static Finding Of(MessageType type, AnalysisObject o, params ReadOnlySpan<object?> args) => At(type, o, null, args);

    public static Finding At(MessageType type, AnalysisObject o, string? field, params ReadOnlySpan<object?> args) =>
        new(type, o, field, string.Format(CultureInfo.InvariantCulture, type.Template, args));

    public override string ToString() => _line ??= Print(colorize: false);

    public string Print(bool colorize)
    {
        var (before, after) = !colorize ? ("", "") : (Type.Level switch { FindingLevel.Error => "\u001b[1;31m", FindingLevel.Warning => "\u001b[33m", _ => "" }, "\u001b[0m");
        return $"{before}{Type.Level}{after} [{Type.Code}] ({Origin}) {Text}";
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["code"] = Type.Code,
            ["documentationUrl"] = $"{DocumentationUrl}/{Type.Code.ToLowerInvariant()}/?ref=istioctl-analyze",
            ["level"] = Type.Level.ToString(),
            ["message"] = Text,
            ["origin"] = Object.Origin,
        };
        if (Reference is { } reference) json["reference"] = reference;
        return json;
    }

    public const string DocumentationUrl = "https://istio.io/v1.30/docs/reference/config/analysis";
}
