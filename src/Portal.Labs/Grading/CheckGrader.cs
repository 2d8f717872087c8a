using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Portal.Content.Model;

namespace Portal.Labs.Grading;

/// <summary>How one check came out.</summary>
/// <param name="Message">For the learner: what was expected, found and where; or what a recognised mistake teaches.</param>
/// <param name="Wrong">Whether a mistake was recognised.</param>
internal sealed record Verdict(ProbeResult Result, string Message, bool Wrong);

/// <summary>Evaluates a check with its probe and, when it fails, looks for the mistakes that its author foresaw.</summary>
internal sealed class CheckGrader(IEnumerable<ICheckProbe> probes)
{
    /// <summary>The probe that is a list of others, which have to hold together.</summary>
    private const string All = "all";

    private readonly FrozenDictionary<string, ICheckProbe> _probes = probes.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);

    public bool IsCostly(CheckDefinition check) => IsCostly(check.Probe, check.Settings);

    public async Task<Verdict> EvaluateAsync(CheckDefinition check, ProbeContext context, CancellationToken cancellationToken)
    {
        var result = await EvaluateAsync(check.Probe, check.Settings, context, cancellationToken).ConfigureAwait(false);
        if (result.Holds) return new(result, check.Explain ?? "", false);
        foreach (var wrong in check.Wrong)
        {
            if ((await EvaluateAsync(wrong.Probe, wrong.Settings, context, cancellationToken).ConfigureAwait(false)).Holds) return new(result, wrong.Message, true);
        }
        var where = result.Expected.EndsWith(result.Where, StringComparison.Ordinal) ? "" : $" ({result.Where})";
        return new(result, $"Expected {result.Expected}; found {result.Found}{where}.", false);
    }

    private bool IsCostly(string name, JsonObject settings) => name == All
        ? Members(settings).Any(m => IsCostly(m.Probe, m.Settings))
        : _probes.TryGetValue(name, out var probe) && probe.IsCostly;

    private async Task<ProbeResult> EvaluateAsync(string name, JsonObject settings, ProbeContext context, CancellationToken cancellationToken)
    {
        if (name == All) return await EvaluateAllAsync(settings, context, cancellationToken).ConfigureAwait(false);
        if (!_probes.TryGetValue(name, out var probe)) return ProbeResult.Failed("a probe that is known", name, "the lesson");
        try
        {
            return await probe.EvaluateAsync(context, settings, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // One check that cannot be evaluated must not keep the others from it.
            return ProbeResult.Failed("an answer of the cluster", e.Message, name);
        }
    }

    /// <summary>The first that does not hold is the result: what comes after it, such as traffic, would prove nothing.</summary>
    private async Task<ProbeResult> EvaluateAllAsync(JsonObject settings, ProbeContext context, CancellationToken cancellationToken)
    {
        var results = new List<ProbeResult>();
        foreach (var (probe, member) in Members(settings))
        {
            var result = await EvaluateAsync(probe, member, context, cancellationToken).ConfigureAwait(false);
            results.Add(result);
            if (!result.Holds) return result with { Log = [.. results.SelectMany(r => r.Log)] };
        }
        return new(results.Count > 0, string.Join("; ", results.Select(r => r.Expected)), string.Join("; ", results.Select(r => r.Found)), string.Join("; ", results.Select(r => r.Where).Distinct(StringComparer.Ordinal)))
        {
            Log = [.. results.SelectMany(r => r.Log)],
            Objects = [.. results.SelectMany(r => r.Objects)],
        };
    }

    private static IEnumerable<(string Probe, JsonObject Settings)> Members(JsonObject settings) =>
        (settings["of"] as JsonArray ?? []).OfType<JsonObject>().Select(m => (m.Text("probe") ?? "", m.Section("settings") ?? []));
}
