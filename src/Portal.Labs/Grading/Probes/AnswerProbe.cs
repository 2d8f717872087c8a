using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Labs.Grading.Probes;

/// <summary>The learner's answer to a question: one of the accepted words, or a number within an interval.</summary>
internal sealed class AnswerProbe : ICheckProbe
{
    public string Name => "answer";

    public Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        const string Where = "your answer";
        var answer = context.Answer?.Trim();
        if (string.IsNullOrEmpty(answer)) return Task.FromResult(ProbeResult.Failed("an answer", "none yet", Where));
        return Task.FromResult(Accepts(settings["accept"], answer)
            ? ProbeResult.Passed("the right answer", Where)
            : ProbeResult.Failed("the right answer", Wrong(settings, answer), Where));
    }

    private static string Wrong(JsonObject settings, string answer)
    {
        if (settings["accept"] is JsonObject && Number(answer) is null) return $"“{answer}”, which is no number";
        // What was read and chosen, not the word that stands for it.
        var read = settings["choices"] is JsonObject choices ? choices[answer]?.ToString() : null;
        return $"“{read ?? answer}”, which is not right";
    }

    private static bool Accepts(JsonNode? accepted, string answer) => accepted switch
    {
        JsonArray words => words.Any(w => Accepts(w, answer)),
        JsonObject interval => Number(answer) is { } number
            && number >= (interval["min"].Interval()?.Min ?? double.MinValue)
            && number <= (interval["max"].Interval()?.Max ?? double.MaxValue),
        JsonValue word => word.Scalar().Equals(answer, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>A number as people write it: with a decimal point or comma, and perhaps a percent sign.</summary>
    private static double? Number(string answer) =>
        double.TryParse(
            answer.TrimEnd('%', ' ', '\u00a0', '\u202f').Replace(',', '.'),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
