using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>What is to be installed: a profile, with IstioOperator files and <c>--set</c> flags laid over it, the last one on top.</summary>
/// <param name="Namespace">Where the control plane is to live.</param>
internal sealed record OperatorSpec(string Profile, JsonObject Spec, string Namespace)
{
    public const string DefaultRevision = "default";

    private static readonly string[] s_unsimulated = ["ambient", "remote", "openshift", "openshift-ambient"];

    private static readonly string[] s_unsimulatedComponents = ["cni", "ztunnel", "istiodRemote"];

    /// <summary>The revision's name; <c>default</c> where none was given.</summary>
    public string Revision => Spec.Str("revision") is { Length: > 0 } revision ? revision : Spec.Str("values", "revision") is { Length: > 0 } value ? value : DefaultRevision;

    /// <summary>What names of objects of a revision end with.</summary>
    public string Suffix => Revision == DefaultRevision ? "" : "-" + Revision;

    public string Tag => Text("tag") ?? Spec.At("values", "global", "tag")?.ToString() ?? ProfileManifests.Version;

    public string? Hub => Text("hub") ?? Spec.Str("values", "global", "hub");

    public bool IsEnabled(string component) => Spec.At("components", component, "enabled") is { } enabled ? enabled.Flag() != false : component is "base" or "pilot" && Profile != "empty";

    /// <summary>The gateways of a list that are to be there.</summary>
    public IEnumerable<JsonObject> Gateways(string list) => Spec.Objects("components", list).Where(g => g.Flag("enabled") == true);

    /// <exception cref="IstioctlException">A file or a setting cannot be read, or asks for what is not simulated.</exception>
    public static OperatorSpec Read(IEnumerable<(string Name, string Text)> files, IEnumerable<string> settings, string? revision)
    {
        var overlays = new List<JsonObject>();
        var ns = "istio-system";
        foreach (var (name, text) in files)
        {
            foreach (var document in Documents(name, text))
            {
                if (document.Str("kind") is not (null or "IstioOperator")) throw new IstioctlException($"generate config: merge inputs: {name}: unexpected kind \"{document.Str("kind")}\", want IstioOperator");
                overlays.Add(document.Obj("spec") ?? []);
                ns = document.Str("metadata", "namespace") ?? ns;
            }
        }
        var set = new JsonObject();
        // Gateways are set by their place in the profile's lists, so settings come on top of everything else.
        List<string> all = [.. settings];
        foreach (var setting in all.Where(s => s.StartsWith("profile=", StringComparison.Ordinal))) SettingPath.Set(set, setting);
        var profile = set.Str("profile") ?? overlays.Select(o => o.Str("profile")).LastOrDefault(p => p is not null) ?? "default";
        if (s_unsimulated.Contains(profile)) throw new IstioctlException($"the profile \"{profile}\" is not simulated by the sandbox: use default, demo, minimal or empty");
        var spec = InstallProfiles.Find(profile) ?? throw new IstioctlException($"generate config: merge inputs: failed to read profile \"{profile}\": profile not found");
        foreach (var overlay in overlays) SettingPath.Merge(spec, overlay);
        foreach (var setting in all) SettingPath.Set(spec, setting);
        if (revision is { Length: > 0 }) spec["revision"] = revision;
        spec["profile"] = profile;
        if (s_unsimulatedComponents.FirstOrDefault(c => spec.Flag("components", c, "enabled") == true) is { } component) throw new IstioctlException($"the component \"{component}\" is not simulated by the sandbox");
        return new(profile, spec, spec.Str("namespace") ?? ns);
    }

    private string? Text(string name) => Spec[name]?.ToString() is { Length: > 0 } text ? text : null;

    private static IEnumerable<JsonObject> Documents(string name, string text)
    {
        try
        {
            return [.. YamlReader.ReadAll(text).OfType<JsonObject>()];
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new IstioctlException($"generate config: merge inputs: {name}: error converting YAML to JSON: yaml: {e.Message}");
        }
    }
}
