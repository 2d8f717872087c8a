using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Schema.Cel;

namespace Portal.Sandbox.Mesh.Validation;

internal static class TelemetryRules
{
    public static void Check(MeshObject o, Findings f)
    {
        TargetRules.Policy(o.Spec, f);
        foreach (var metrics in o.Spec.Objects("metrics")) Metrics(metrics, f);
        Tracing(o.Spec.Objects("tracing").ToList(), f);
        foreach (var logging in o.Spec.Objects("accessLogging"))
        {
            if (logging.Obj("filter") is { } filter) f.Error(Filter(filter.Str("expression") ?? ""));
            Providers(logging, f);
        }
    }

    private static void Metrics(JsonObject metrics, Findings f)
    {
        Providers(metrics, f);
        foreach (var change in metrics.Objects("overrides"))
        {
            foreach (var (tag, value) in change.Obj("tagOverrides") ?? [])
            {
                if (tag.Length == 0) f.Warn("tagOverrides.name may not be empty");
                var removes = value.Str("operation") == "REMOVE";
                var isEmpty = string.IsNullOrEmpty(value.Str("value"));
                if (!removes && isEmpty) f.Error("tagOverrides.value must be set when operation is UPSERT");
                if (removes && !isEmpty) f.Error("tagOverrides.value may only be set when operation is UPSERT");
            }
            if (change.Str("match", "customMetric") is "") f.Error("customMetric may not be empty");
        }
    }

    private static void Tracing(List<JsonObject> tracing, Findings f)
    {
        if (tracing.Count > 1) f.Warn("multiple tracing is not currently supported");
        foreach (var t in tracing)
        {
            if (t.Objects("providers").Skip(1).Any()) f.Warn("multiple providers is not currently supported");
            Providers(t, f);
            if (t.Real("randomSamplingPercentage") is < 0 or > 100) f.Error("randomSamplingPercentage must be in range [0.0, 100.0]");
            foreach (var (name, tag) in t.Obj("customTags") ?? [])
            {
                if (name.Length == 0) f.Error("tag name may not be empty");
                if (tag.Obj("literal") is { } literal && string.IsNullOrEmpty(literal.Str("value"))) f.Error("literal tag value may not be empty");
                if (tag.Obj("header") is { } header && string.IsNullOrEmpty(header.Str("name"))) f.Error("header tag name may not be empty");
                if (tag.Obj("environment") is { } variable && string.IsNullOrEmpty(variable.Str("name"))) f.Error("environment tag name may not be empty");
            }
        }
    }

    private static void Providers(JsonObject part, Findings f)
    {
        if (part.Objects("providers").Any(p => string.IsNullOrEmpty(p.Str("name")))) f.Error("providers.name may not be empty");
    }

    /// <summary>Only the form is looked at: what the names mean is known to the proxy.</summary>
    private static string? Filter(string expression)
    {
        try
        {
            CelParser.Parse(expression, CelLexer.Read(expression).Where(t => t.Kind == CelTokenKind.Identifier).Select(t => t.Text).Distinct().Select(name => (name, (SchemaNode?)null)));
            return null;
        }
        catch (CelSyntaxException e)
        {
            return e.Message.StartsWith("undeclared", StringComparison.Ordinal) || e.Message.StartsWith("found no", StringComparison.Ordinal) ? null : $"must be a valid CEL expression, {e.Describe(expression)}";
        }
    }
}
