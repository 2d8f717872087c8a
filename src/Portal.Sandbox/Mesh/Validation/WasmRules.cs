using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Modules in the proxy: a WasmPlugin, and the TrafficExtension that takes its place.</summary>
internal static class WasmRules
{
    public static void Plugin(MeshObject o, Findings f)
    {
        TargetRules.Policy(o.Spec, f);
        Module(o.Spec, f);
        f.Error(Match(o.Spec.Objects("match")));
    }

    public static void Extension(MeshObject o, Findings f)
    {
        TargetRules.Policy(o.Spec, f);
        if (o.Spec.Obj("wasm") is { } wasm) Module(wasm, f);
        f.Error(Match(o.Spec.Objects("match")));
    }

    private static void Module(JsonObject module, Findings f)
    {
        f.Error(Url(module.Str("url") ?? ""));
        f.Error(Hash(module.Str("sha256") ?? ""));
        if (module.Str("imagePullSecret")?.Length > 253) f.Error("imagePullSecret field must be less than 253 characters long");
        if (module.Str("pluginName")?.Length > 256) f.Error("pluginName field must be less than 255 characters long");
        f.Error(Environment(module.Objects("vmConfig", "env")));
    }

    /// <summary>Without a scheme it is an image.</summary>
    private static string? Url(string url)
    {
        if (url.Length == 0) return "url field needs to be set";
        var end = url.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "" : url[..end].ToLowerInvariant();
        return scheme is "" or "file" or "http" or "https" or "oci" ? null : $"url contains unsupported scheme: {scheme}";
    }

    private static string? Hash(string hash) => hash.Length switch
    {
        0 => null,
        64 => hash.All(char.IsAsciiHexDigitLower) ? null : "sha256 field must match [a-f0-9]{64} pattern",
        _ => "sha256 field must be 64 characters long",
    };

    private static string? Environment(IEnumerable<JsonObject> variables)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var name = variable.Str("name") ?? "";
            if (name.Length == 0) return "spec.vmConfig.env invalid";
            if (name.Length > 256) return "env.name field must be less than 255 characters long";
            if (!names.Add(name)) return "duplicate env";
            if (variable.Str("valueFrom") == "HOST" && !string.IsNullOrEmpty(variable.Str("value"))) return "value may only be set when valueFrom is INLINE";
        }
        return null;
    }

    private static string? Match(IEnumerable<JsonObject> selectors)
    {
        foreach (var (i, selector) in selectors.Index())
        {
            foreach (var (n, port) in selector.Objects("ports").Index())
            {
                if (port.Num("number") is not (>= 1 and <= 65535)) return $"spec.Match[{i}].Ports[{n}] is out of range: {port.Num("number") ?? 0}";
            }
        }
        return null;
    }
}
