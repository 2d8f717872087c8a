using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Telemetry objects without effect, and those that are about the same pods.</summary>
internal static class TelemetryAnalyzer
{
    public static IEnumerable<Finding> Providers(AnalysisInput input)
    {
        if (input.Mesh.Arr("defaultProviders", "accessLogging") is { Count: > 0 }) return [];
        return from telemetry in input.Of("Telemetry")
               from logging in telemetry.Spec.Objects("accessLogging")
               where logging.Flag("disabled") != true && logging.Arr("providers") is null or { Count: 0 }
               select Finding.Of(Messages.InvalidTelemetryProvider, telemetry, telemetry.Name, GoText.Quote(telemetry.Namespace));
    }

    public static IEnumerable<Finding> Selectors(AnalysisInput input)
    {
        var special = input.Of("Telemetry").Where(t => LabelsOf(t).Count > 0).ToList();
        foreach (var telemetry in special.Where(t => !input.PodsIn(t.Namespace).Any(p => LabelsOf(t).Selects(p.Labels))))
            yield return Finding.At(Messages.ReferencedResourceNotFound, telemetry, ".spec.selector.matchLabels." + LabelsOf(telemetry).FirstLabel(), "selector", GoText.Quote(LabelsOf(telemetry).ToSelectorText()));
        foreach (var group in special.GroupBy(t => t.Namespace))
        {
            foreach (var pod in input.PodsIn(group.Key))
            {
                var selecting = group.Where(t => LabelsOf(t).Selects(pod.Labels)).ToList();
                foreach (var telemetry in selecting.Count > 1 ? selecting : [])
                    yield return Finding.At(Messages.ConflictingTelemetryWorkloadSelectors, telemetry, ".metadata.name", GoText.List(selecting.Select(t => t.Name)), GoText.Quote(pod.Namespace), GoText.Quote(pod.Name));
            }
        }
    }

    public static IEnumerable<Finding> Defaults(AnalysisInput input) =>
        input.Of("Telemetry").Where(t => t.Spec.Obj("selector") is null && t.Spec.Obj("targetRef") is null && t.Spec.Arr("targetRefs") is null or { Count: 0 }).GroupBy(t => t.Namespace).Where(g => g.Skip(1).Any())
            .SelectMany(g => g.Select(t => Finding.Of(Messages.MultipleTelemetriesWithoutWorkloadSelectors, t, GoText.List(g.Select(x => x.Name)), GoText.Quote(g.Key))));

    public static IEnumerable<Finding> Lightstep(AnalysisInput input)
    {
        var providers = input.Mesh.Objects("extensionProviders").Where(p => p["lightstep"] is not null).Select(p => p.Str("name")).ToHashSet();
        return from telemetry in providers.Count == 0 ? [] : input.Of("Telemetry")
               from provider in telemetry.Spec.Objects("tracing").SelectMany(t => t.Objects("providers"))
               where providers.Contains(provider.Str("name"))
               select Finding.Of(Messages.Deprecated, telemetry, $"The Lightstep provider {provider.Str("name")} is deprecated, please migrate to OpenTelemetry provider.");
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(AnalysisObject telemetry) => telemetry.Spec.Map("selector", "matchLabels");
}
