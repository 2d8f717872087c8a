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
        bool Says(string text) => e.Message.Contains(text, StringComparison.OrdinalIgnoreCase);
        var line = e.Start.Line;
        // Go's scanner counts lines from one, its parser from nought.
        if (Says("mapping values are not allowed") || Says("invalid mapping")) return At(line, "mapping values are not allowed in this context");
        if (Says("could not find expected ':'")) return At(line, "could not find expected ':'");
        if (Says("cannot start any token")) return At(line, "found character that cannot start any token");
        return At(line - 1, Says("',' or ']'") ? "did not find expected ',' or ']'" : Says("',' or '}'") ? "did not find expected ',' or '}'" : Says("'-' indicator") ? "did not find expected '-' indicator" : "did not find expected key");
    }

    private static string At(long line, string problem) => line > 0 ? $"yaml: line {line}: {problem}" : $"yaml: {problem}";
}
