namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>Runs analyzers, and keeps what is to be reported, in istioctl's order and once.</summary>
internal sealed class AnalysisRun
{
    public AnalysisRun(AnalysisInput input, AnalyzeOptions options, IReadOnlyList<Suppression> suppressions)
    {
        Analyzers = [.. Analyzer.All.Where(a => options.Analyzers.Contains(a.Name))];
        if (Analyzers.Count == 0) Analyzers = Analyzer.All;
        // Files alone are looked at as a whole, unless a namespace is named.
        var scope = options.AllNamespaces || (!options.UseCluster && options.Namespace is null) ? null : options.NamespaceOrDefault;
        Findings = [.. Analyzers.SelectMany(a => a.Run(input))
            .Where(f => (scope is null || f.Object.Scope.Length == 0 || f.Object.Scope == scope) && !Suppression.ByAnnotation(f) && !suppressions.Any(s => s.Covers(f)))
            .OrderBy(f => f.Type.Level).ThenBy(f => f.Type.Code, StringComparer.Ordinal).ThenBy(f => $"{f.Object.Type.Kind}/{f.Object.Name}/{f.Object.Namespace}", StringComparer.Ordinal).ThenBy(f => f.ToString(), StringComparer.Ordinal)
            .DistinctBy(f => f.ToString())];
    }

    public IReadOnlyList<Analyzer> Analyzers { get; }

    public IReadOnlyList<Finding> Findings { get; }
}
