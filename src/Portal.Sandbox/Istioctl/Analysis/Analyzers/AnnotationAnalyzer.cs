using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Annotations that Istio does not know, that stand on the wrong kind of object, or whose value means nothing.</summary>
internal static class AnnotationAnalyzer
{
    private static readonly string[] s_kinds = ["Namespace", "Service", "Pod", "Deployment"];

    public static IEnumerable<Finding> Run(AnalysisInput input) => s_kinds.SelectMany(input.Of).SelectMany(o => o.Annotations.SelectMany(a => Check(o, a.Key, a.Value)));

    private static IEnumerable<Finding> Check(AnalysisObject o, string name, string value)
    {
        if (!AnnotationTable.IsIstio(name)) yield break;
        if (AnnotationTable.Find(name) is not { } known)
        {
            yield return Finding.Of(Messages.UnknownAnnotation, o, name);
            yield break;
        }
        // Who has set the label too keeps the annotation for older versions.
        var replaced = name == MeshMembership.Inject && o.Labels.ContainsKey(name);
        if (known.Deprecated && !replaced)
            yield return Finding.Of(Messages.DeprecatedAnnotation, o, GoText.Quote(name), name == MeshMembership.Inject ? $" in favor of the \"{name}\" label" : "");
        if (known.Resources.Contains("Any")) yield break;
        if (!known.Resources.Contains(o.Type.Kind)) yield return Finding.Of(Messages.MisplacedAnnotation, o, name, string.Join(", ", known.Resources));
        else if (AnnotationValues.Problem(name, value) is { } problem) yield return Finding.Of(Messages.InvalidAnnotation, o, name, problem);
    }
}
