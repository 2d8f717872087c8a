using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Admission;

/// <summary>The checks of the Pod Security Standards, in the order and words of k8s.io/pod-security-admission.</summary>
internal static class PodSecurityChecks
{
    private static readonly string[] s_allowedCapabilities =
        ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];

    private static readonly string[] s_volumes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    public static IEnumerable<string> Run(JsonObject spec, bool restricted)
    {
        var containers = spec.Objects("initContainers").Concat(spec.Objects("containers")).Concat(spec.Objects("ephemeralContainers")).ToList();
        var found = Baseline(spec, containers, restricted);
        return restricted ? found.Concat(Restricted(spec, containers)) : found;
    }

    private static IEnumerable<string> Baseline(JsonObject spec, List<JsonObject> containers, bool restricted)
    {
        if (!restricted)
        {
            var (bad, extra) = (new List<string>(), new SortedSet<string>(StringComparer.Ordinal));
            foreach (var c in containers)
            {
                var added = c.Strings("securityContext", "capabilities", "add").Except(s_allowedCapabilities, StringComparer.Ordinal).ToList();
                if (added.Count == 0) continue;
                bad.Add(c.Str("name") ?? "");
                extra.UnionWith(added);
            }
            if (bad.Count > 0) yield return $"non-default capabilities ({Containers(bad)} must not include {List(extra)} in securityContext.capabilities.add)";
        }
        var host = new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(f => spec.Flag(f) == true).Select(f => f + "=true").ToList();
        if (host.Count > 0) yield return $"host namespaces ({string.Join(", ", host)})";
        var paths = spec.Objects("volumes").Where(v => v.ContainsKey("hostPath")).Select(v => v.Str("name") ?? "").ToList();
        if (paths.Count > 0) yield return $"hostPath volumes ({Words("volume", paths)})";
        var ports = containers.Where(c => c.Objects("ports").Any(p => p.Num("hostPort") is > 0)).ToList();
        if (ports.Count > 0)
        {
            var numbers = ports.SelectMany(c => c.Objects("ports")).Select(p => p.Num("hostPort")).Where(p => p is > 0).Distinct().Order().ToList();
            yield return $"hostPort ({Containers(Names(ports))} {(ports.Count == 1 ? "uses" : "use")} hostPort{(numbers.Count == 1 ? "" : "s")} {string.Join(", ", numbers)})";
        }
        var privileged = Names(containers.Where(c => c.Flag("securityContext", "privileged") == true));
        if (privileged.Count > 0) yield return $"privileged ({Containers(privileged)} must not set securityContext.privileged=true)";
        var unmasked = Names(containers.Where(c => c.Str("securityContext", "procMount") is { } m && m != "Default"));
        if (unmasked.Count > 0) yield return $"procMount ({Containers(unmasked)} must not set securityContext.procMount to \"Unmasked\")";
        if (restricted) yield break;
        if (spec.Str("securityContext", "seccompProfile", "type") == "Unconfined") yield return "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")";
        var unconfined = Names(containers.Where(c => c.Str("securityContext", "seccompProfile", "type") == "Unconfined"));
        if (unconfined.Count > 0) yield return $"seccompProfile ({Containers(unconfined)} must not set securityContext.seccompProfile.type to \"Unconfined\")";
    }

    private static IEnumerable<string> Restricted(JsonObject spec, List<JsonObject> containers)
    {
        var escalating = Names(containers.Where(c => c.Flag("securityContext", "allowPrivilegeEscalation") != false));
        if (escalating.Count > 0) yield return $"allowPrivilegeEscalation != false ({Containers(escalating)} must set securityContext.allowPrivilegeEscalation=false)";
        var keeping = Names(containers.Where(c => !c.Strings("securityContext", "capabilities", "drop").Contains("ALL")));
        var adding = containers.Where(c => c.Strings("securityContext", "capabilities", "add").Any(a => a != "NET_BIND_SERVICE")).ToList();
        if (keeping.Count + adding.Count > 0)
        {
            var parts = new List<string>();
            if (keeping.Count > 0) parts.Add($"{Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
            if (adding.Count > 0) parts.Add($"{Containers(Names(adding))} must not include {List(adding.SelectMany(c => c.Strings("securityContext", "capabilities", "add")).Where(a => a != "NET_BIND_SERVICE").Distinct().Order(StringComparer.Ordinal))} in securityContext.capabilities.add");
            yield return $"unrestricted capabilities ({string.Join("; ", parts)})";
        }
        var volumes = spec.Objects("volumes").Select(v => (Name: v.Str("name") ?? "", Type: v.Select(p => p.Key).FirstOrDefault(k => k != "name") ?? "")).Where(v => !s_volumes.Contains(v.Type)).ToList();
        if (volumes.Count > 0)
        {
            var types = volumes.Select(v => v.Type).Distinct().Order(StringComparer.Ordinal).ToList();
            yield return $"restricted volume types ({Words("volume", [.. volumes.Select(v => v.Name)])} {(volumes.Count == 1 ? "uses" : "use")} restricted volume type{(types.Count == 1 ? "" : "s")} {List(types)})";
        }
        var podNonRoot = spec.Flag("securityContext", "runAsNonRoot");
        var explicitRoot = Names(containers.Where(c => c.Flag("securityContext", "runAsNonRoot") == false));
        var implicitRoot = Names(containers.Where(c => c.Flag("securityContext", "runAsNonRoot") is null));
        if (podNonRoot == false || explicitRoot.Count > 0)
        {
            var parts = new List<string>();
            if (podNonRoot == false) parts.Add("pod");
            if (explicitRoot.Count > 0) parts.Add(Containers(explicitRoot));
            yield return $"runAsNonRoot != true ({string.Join(" and ", parts)} must not set securityContext.runAsNonRoot=false)";
        }
        else if (podNonRoot is null && implicitRoot.Count > 0) yield return $"runAsNonRoot != true (pod or {Containers(implicitRoot)} must set securityContext.runAsNonRoot=true)";
        var podRoot = spec.Num("securityContext", "runAsUser") == 0;
        var roots = Names(containers.Where(c => c.Num("securityContext", "runAsUser") == 0));
        if (podRoot || roots.Count > 0) yield return $"runAsUser=0 ({string.Join(" and ", new[] { podRoot ? "pod" : "", roots.Count > 0 ? Containers(roots) : "" }.Where(x => x.Length > 0))} must not set runAsUser=0)";
        var podSeccomp = spec.Str("securityContext", "seccompProfile", "type");
        var without = Names(containers.Where(c => c.Str("securityContext", "seccompProfile", "type") is null));
        var wrong = Names(containers.Where(c => c.Str("securityContext", "seccompProfile", "type") == "Unconfined"));
        if (wrong.Count > 0 || podSeccomp == "Unconfined")
            yield return $"seccompProfile ({string.Join(" and ", new[] { podSeccomp == "Unconfined" ? "pod" : "", wrong.Count > 0 ? Containers(wrong) : "" }.Where(x => x.Length > 0))} must not set securityContext.seccompProfile.type to \"Unconfined\")";
        else if (podSeccomp is null && without.Count > 0) yield return $"seccompProfile (pod or {Containers(without)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    }

    private static List<string> Names(IEnumerable<JsonObject> containers) => [.. containers.Select(c => c.Str("name") ?? "")];

    private static string Containers(IReadOnlyList<string> names) => Words("container", names);

    private static string Words(string word, IReadOnlyList<string> names) => $"{word}{(names.Count == 1 ? "" : "s")} {List(names)}";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(GoSyntax.Quote));
}
