using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of the security contexts of pods and containers.</summary>
internal static class SecurityValidation
{
    public static void Pod(JsonObject? spec, string path, ErrorList errors)
    {
        if (spec.Obj("securityContext") is not { } context) return;
        Ids(context, path, errors, "fsGroup", "runAsUser", "runAsGroup");
        foreach (var (i, group) in (context.Arr("supplementalGroups") ?? []).Index())
        {
            if (group.Num() is < 0 or > int.MaxValue) errors.Invalid($"{path}.supplementalGroups[{i}]", group, NameRules.Range(0, int.MaxValue));
        }
        if (spec.Flag("shareProcessNamespace") == true && spec.Flag("hostPID") == true) errors.Invalid(path + ".shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        foreach (var (i, sysctl) in context.Objects("sysctls").Index())
        {
            if (string.IsNullOrEmpty(sysctl.Str("name"))) errors.Required($"{path}.sysctls[{i}].name");
        }
        errors.OptionalOneOf(path + ".fsGroupChangePolicy", context.Str("fsGroupChangePolicy"), "Always", "OnRootMismatch");
        Seccomp(context, path + ".seccompProfile", errors);
    }

    public static void Container(JsonObject? context, string path, ErrorList errors)
    {
        if (context is null) return;
        Ids(context, path, errors, "runAsUser", "runAsGroup");
        errors.OptionalOneOf(path + ".procMount", context.Str("procMount"), "Default", "Unmasked");
        Seccomp(context, path + ".seccompProfile", errors);
        if (context.Flag("allowPrivilegeEscalation") != false) return;
        if (context.Flag("privileged") == true) errors.InvalidGo(path, GoSyntax.Value(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        if (context.Strings("capabilities", "add").Any(c => c is "CAP_SYS_ADMIN" or "SYS_ADMIN")) errors.InvalidGo(path, GoSyntax.Value(context), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
    }

    private static void Ids(JsonObject context, string path, ErrorList errors, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (context.Num(name) is { } id && id is < 0 or > int.MaxValue) errors.Invalid($"{path}.{name}", id, NameRules.Range(0, int.MaxValue));
        }
    }

    private static void Seccomp(JsonObject context, string path, ErrorList errors)
    {
        if (context.Obj("seccompProfile") is not { } profile) return;
        var type = profile.Str("type");
        if (string.IsNullOrEmpty(type)) errors.Required(path + ".type", "type is required when seccompProfile is set");
        else errors.OptionalOneOf(path + ".type", type, "Localhost", "RuntimeDefault", "Unconfined");
        var local = profile.Str("localhostProfile");
        if (type != "Localhost")
        {
            if (local is not null) errors.InvalidGo(path + ".localhostProfile", GoSyntax.Quote(local), "can only be set when seccomp type is Localhost");
        }
        else if (local is null) errors.Required(path + ".localhostProfile", "must be set when seccomp type is Localhost");
        else VolumeValidation.Descending(local, path + ".localhostProfile", errors);
    }
}
