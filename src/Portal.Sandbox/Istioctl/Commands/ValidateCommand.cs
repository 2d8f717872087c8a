using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl validate</c>: what istiod would say of the objects in files, without a cluster.</summary>
internal static class ValidateCommand
{
    public static Command Definition { get; } = new("validate -f FILENAME [options]", "Validate Istio policy and rules files")
    {
        Aliases = ["v"], Flags = [Flag.List("filename", "Inputs of files to validate", "f"), Flag.Switch("referential", "Enable structural validation for policy and telemetry", "x", on: true)], Run = RunAsync,
        Example = "  # Validate bookinfo-gateway.yaml\n  istioctl validate -f samples/bookinfo/networking/bookinfo-gateway.yaml\n\n  # Validate current deployments under 'default' namespace with in the cluster\n  kubectl get deployments -o yaml | istioctl validate -f -",
    };

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var names = call.All("filename").SelectMany(f => f.Split(',')).Concat(call.Operands).SelectMany(n => Expand(n, call)).ToList();
        if (names.Count == 0) throw new IstioctlException("error: you must specify resources by --filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'");
        List<string> errors = [];
        var verdicts = new StringBuilder();
        foreach (var name in names)
        {
            if (!call.Context.Files.TryGetValue(name, out var text))
            {
                errors.Add($"cannot read file \"{name}\": open {name}: no such file or directory");
                continue;
            }
            List<string> warnings = [];
            File(text, errors, warnings);
            if (name == "-") verdicts.Append(warnings.Count == 0 ? "validation succeed\n" : string.Join('\n', warnings) + "\n");
            else verdicts.Append(warnings.Count == 0 ? $"\"{name}\" is valid\n" : $"\"{name}\" has warnings: {string.Join('\n', warnings)}\n");
        }
        if (errors.Count > 0) throw new IstioctlException($"{errors.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)} error{(errors.Count == 1 ? "" : "s")} occurred:\n\t* {string.Join("\n\t* ", errors)}\n\n");
        await call.LineAsync(verdicts.ToString().TrimEnd('\n')).ConfigureAwait(false);
        return 0;
    }

    /// <summary>A directory stands for the manifests in it.</summary>
    private static IEnumerable<string> Expand(string name, Invocation call) =>
        call.Context.Files.Keys.Where(f => f.StartsWith(name.TrimEnd('/') + "/", StringComparison.Ordinal) && Path.GetExtension(f) is (".yaml" or ".yml" or ".json")).Order(StringComparer.Ordinal).DefaultIfEmpty(name);

    private static void File(string text, List<string> errors, List<string> warnings)
    {
        try
        {
            foreach (var document in YamlReader.ReadAll(text))
            {
                if (document is JsonObject o) Object(o, errors, warnings);
                else errors.Add("yaml: unmarshal errors: cannot unmarshal into an object");
            }
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            errors.Add($"yaml: {e.Message}");
        }
    }

    private static void Object(JsonObject o, List<string> errors, List<string> warnings)
    {
        if (o.Str("kind") == "List")
        {
            foreach (var item in o.Objects("items")) Object(item, errors, warnings);
            return;
        }
        var kind = o.Str("kind") ?? "";
        var id = $"{kind}/{o.Str("metadata", "namespace")}/{o.Str("metadata", "name")}";
        if (!MeshValidation.Kinds.Contains(kind) || o.Str("apiVersion")?.Contains("istio.io/", StringComparison.Ordinal) != true) return;
        var findings = MeshValidation.Check(kind, o);
        errors.AddRange(findings.Errors.Select(e => $"{id}: {e}"));
        warnings.AddRange(findings.Warnings.Select(w => $"{id}: {w.Text}"));
    }
}
