using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>A policy that asks somebody else: it cannot match what only Envoy knows after the question.</summary>
internal static class CustomActionRules
{
    private static readonly string[] s_source = ["namespaces", "notNamespaces", "serviceAccounts", "notServiceAccounts", "principals", "notPrincipals", "requestPrincipals", "notRequestPrincipals"];

    public static void Check(JsonObject spec, IReadOnlyList<JsonObject> rules, string neverTriggered, Findings f)
    {
        if (rules.Count == 0) f.Error($"CUSTOM {neverTriggered}");
        else if (string.IsNullOrEmpty(spec.Str("provider", "name"))) f.Error("`provider.name` must not be empty");
        foreach (var rule in rules)
        {
            foreach (var source in rule.Objects("from").Select(s => s.Obj("source")))
            {
                foreach (var name in s_source.Where(n => source.Strings(n).Any())) Unsupported($"From.{char.ToUpperInvariant(name[0])}{name[1..]}", f);
            }
            foreach (var key in rule.Objects("when").Select(w => w.Str("key") ?? ""))
            {
                if (key is "source.namespace" or "source.serviceAccount" or "source.principal" || key.StartsWith("request.auth.", StringComparison.Ordinal)) Unsupported(key, f);
            }
        }
    }

    private static void Unsupported(string name, Findings f) => f.Error($"{name} is currently not supported with CUSTOM action");
}
