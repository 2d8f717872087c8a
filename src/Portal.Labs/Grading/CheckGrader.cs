using System.Collections.Frozen;
using Portal.Content.Model;

namespace Portal.Labs.Grading;

/// <summary>How one check came out.</summary>
/// <param name="Message">For the learner: what was expected, found and where; or what a recognised mistake teaches.</param>
/// <param name="Wrong">Whether a mistake was recognised.</param>
internal sealed record Verdict(ProbeResult Result, string Message, bool Wrong);

/// <summary>Evaluates a check with its probe and, when it fails, looks for the mistakes that its author foresaw.</summary>
internal sealed class CheckGrader(IEnumerable<ICheckProbe> probes)
{
    private readonly FrozenDictionary<string, ICheckProbe> _probes = probes.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);

    public bool IsCostly(CheckDefinition check) => _probes.TryGetValue(check.Probe, out var probe) && probe.IsCostly;

    public async Task<Verdict> EvaluateAsync(CheckDefinition check, ProbeContext context, CancellationToken cancellationToken)
    {
        var result = await EvaluateAsync(check.Probe, check.Settings, context, cancellationToken).ConfigureAwait(false);
        if (result.Holds) return new(result, check.Explain ?? "", false);
        foreach (var wrong in check.Wrong)
        {
            if ((await EvaluateAsync(wrong.Probe, wrong.Settings, context, cancellationToken).ConfigureAwait(false)).Holds) return new(result, wrong.Message, true);
        }
        return new(result, $"Expected {result.Expected}; found {result.Found} ({result.Where}).", false);
    }

    private async Task<ProbeResult> EvaluateAsync(string name, System.Text.Json.Nodes.JsonObject settings, ProbeContext context, CancellationToken cancellationToken)
    {
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
}
