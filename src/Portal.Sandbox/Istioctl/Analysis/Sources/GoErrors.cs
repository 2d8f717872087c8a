using YamlDotNet.Core;

namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>Errors as Go programs print them.</summary>
internal static class GoErrors
{
    /// <summary>Errors that were collected (hashicorp/go-multierror).</summary>
    public static string Join(IReadOnlyList<string> errors) =>
        errors.Count == 1 ? $"1 error occurred:\n\t* {errors[0]}\n\n" : $"{errors.Count} errors occurred:\n\t{string.Join("\n\t", errors.Select(e => "* " + e))}\n\n";

    /// <summary>A syntax error of YAML: the line, and what was wrong where the wording is known.</summary>
    public static string Yaml(YamlException e)
    {
        var what = e.Message switch
        {
            var m when m.Contains("mapping values are not allowed", StringComparison.OrdinalIgnoreCase) || m.Contains("invalid mapping", StringComparison.OrdinalIgnoreCase) => "mapping values are not allowed in this context",
            var m when m.Contains("expected ',' or ']'", StringComparison.Ordinal) => "did not find expected ',' or ']'",
            var m when m.Contains("expected ',' or '}'", StringComparison.Ordinal) => "did not find expected ',' or '}'",
            var m when m.Contains("'-' indicator", StringComparison.Ordinal) => "did not find expected '-' indicator",
            var m when m.Contains("could not find expected ':'", StringComparison.OrdinalIgnoreCase) => "could not find expected ':'",
            var m when m.Contains("cannot start any token", StringComparison.Ordinal) => "found character that cannot start any token",
            _ => "did not find expected key",
        };
        return $"yaml: line {Math.Max(e.Start.Line, 1)}: {what}";
    }
}
