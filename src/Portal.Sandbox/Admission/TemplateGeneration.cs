using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Counts the changes of a daemon set's template in the annotation that apps/v1 still carries.</summary>
internal sealed class TemplateGeneration : IAdmissionPlugin
{
    private const string Annotation = "deprecated.daemonset.template.generation";

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "daemonsets.apps" || request.Subresource.Length > 0) return;
        var before = long.TryParse(request.Old.Str("metadata", "annotations", Annotation), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 1;
        if (request.Old is { } old && !JsonExtensions.Same(old.At("spec", "template"), request.Object.At("spec", "template"))) before++;
        request.Object.Ensure("metadata").Ensure("annotations")[Annotation] = before.ToString(CultureInfo.InvariantCulture);
    }
}
