using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>What istiod's validation refuses, and of what it warns: two of its warnings have codes of their own.</summary>
internal static class SchemaAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input, string kind)
    {
        foreach (var o in input.Of(kind))
        {
            var found = MeshValidation.Check(kind, o.Object);
            foreach (var error in found.Errors) yield return Finding.Of(Messages.SchemaValidationError, o, error);
            foreach (var warning in found.Warnings)
            {
                var sentence = char.ToUpperInvariant(warning.Text[0]) + warning.Text[1..] + ".";
                yield return warning.Kind switch
                {
                    WarningKind.UnreachableRule => Finding.Of(Messages.VirtualServiceUnreachableRule, o, sentence),
                    WarningKind.IneffectiveMatch => Finding.Of(Messages.VirtualServiceIneffectiveMatch, o, sentence),
                    _ => Finding.Of(Messages.SchemaWarning, o, warning.Text),
                };
            }
        }
    }
}
