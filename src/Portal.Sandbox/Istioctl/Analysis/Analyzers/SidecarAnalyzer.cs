using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Sidecar objects that select nobody, the same pods, or pods without a sidecar.</summary>
internal static class SidecarAnalyzer
{
    private const string AmbientPod = "selected workload is in ambient mode, the policy has no impact";
    private const string AmbientNamespace = "namespace is in ambient mode, the policy has no impact";

    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var special = input.Of("Sidecar").Where(s => LabelsOf(s).Count > 0).ToList();
        foreach (var sidecar in special.Where(s => !input.PodsIn(s.Namespace).Any(p => LabelsOf(s).Selects(p.Labels))))
            yield return Finding.At(Messages.ReferencedResourceNotFound, sidecar, ".spec.workloadSelector.labels." + LabelsOf(sidecar).FirstLabel(), "selector", GoText.Quote(LabelsOf(sidecar).ToSelectorText()));

        var reported = new HashSet<AnalysisObject>();
        foreach (var group in special.GroupBy(s => s.Namespace))
        {
            foreach (var pod in input.PodsIn(group.Key))
            {
                var selecting = group.Where(s => LabelsOf(s).Selects(pod.Labels)).ToList();
                if (MeshMembership.IsAmbientPod(pod))
                {
                    foreach (var sidecar in selecting.Where(reported.Add)) yield return Finding.Of(Messages.IneffectivePolicy, sidecar, AmbientPod);
                }
                else if (selecting.Count > 1)
                {
                    foreach (var sidecar in selecting)
                        yield return Finding.At(Messages.ConflictingSidecarWorkloadSelectors, sidecar, ".metadata.name", GoText.List(selecting.Select(s => s.Name)), GoText.Quote(pod.Namespace), GoText.Quote(pod.Name));
                }
            }
        }
        foreach (var group in input.Of("Sidecar").Where(s => LabelsOf(s).Count == 0).GroupBy(s => s.Namespace))
        {
            if (MeshMembership.IsAmbientNamespace(input.Find("Namespace", "", group.Key)))
            {
                foreach (var sidecar in group.Where(reported.Add)) yield return Finding.Of(Messages.IneffectivePolicy, sidecar, AmbientNamespace);
            }
            else if (group.Skip(1).Any())
            {
                foreach (var sidecar in group)
                    yield return Finding.Of(Messages.MultipleSidecarsWithoutWorkloadSelectors, sidecar, GoText.List(group.Select(s => s.Name)), GoText.Quote(group.Key));
            }
        }
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(AnalysisObject sidecar) => sidecar.Spec.Map("workloadSelector", "labels");
}
