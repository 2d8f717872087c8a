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
            : ProbeResult.Failed("the right answer", $"'{answer}' is not it", Where));
    }

    private static bool Accepts(JsonNode? accepted, string answer) => accepted switch
    {
        JsonArray words => words.Any(w => Accepts(w, answer)),
        JsonObject interval => double.TryParse(answer, CultureInfo.InvariantCulture, out var number)
            && number >= (interval["min"].Interval()?.Min ?? double.MinValue) && number <= (interval["max"].Interval()?.Max ?? double.MaxValue),
        JsonValue word => word.Scalar().Equals(answer, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
