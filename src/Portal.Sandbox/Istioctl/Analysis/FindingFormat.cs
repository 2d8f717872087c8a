using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Findings as lines, JSON or YAML.</summary>
internal static class FindingFormat
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Print(IReadOnlyList<Finding> findings, string format, bool colorize) => format switch
    {
        "json" => Escape(new JsonArray([.. findings.Select(f => f.ToJson())]).ToJsonString(s_indented)),
        "yaml" => findings.Count == 0 ? "[]\n" : string.Concat(findings.Select(f => "- " + string.Join("\n  ", f.ToJson().Select(p => $"{p.Key}: {Scalar(p.Value!.GetValue<string>())}")) + "\n")),
        _ => string.Join('\n', findings.Select(f => f.Print(colorize))),
    };

    /// <summary>Go's encoder also hides what means something in HTML.</summary>
    private static string Escape(string json) => json.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal);

    /// <summary>A text as YAML, quoted where a plain one would be read as something else.</summary>
    private static string Scalar(string text)
    {
        if (text.Any(char.IsControl)) return JsonValue.Create(text).ToJsonString(s_indented);
        var plain = text.Length > 0 && !"-?:,[]{}#&*!|>'\"%@` ".Contains(text[0], StringComparison.Ordinal) && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && text[^1] is not (':' or ' ');
        return plain ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
