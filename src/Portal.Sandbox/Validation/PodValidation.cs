using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of the Pod itself: its spec, and the few things that may change in it.</summary>
internal static class PodValidation
{
    private const string Updatable = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Validate(JsonObject pod, JsonObject? old, string subresource, ErrorList errors)
    {
        var spec = pod.Obj("spec");
        PodSpecValidation.Validate(spec, "spec", errors);
        if (old is null)
        {
            if (spec.Arr("ephemeralContainers") is { Count: > 0 }) errors.Forbidden("spec.ephemeralContainers", "cannot be set on create");
            return;
        }
        if (subresource == "ephemeralcontainers") Ephemeral(pod, old, errors);
        else Update(spec, old.Obj("spec"), subresource, errors);
    }

    private static void Update(JsonObject? spec, JsonObject? old, string subresource, ErrorList errors)
    {
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if ((spec.Arr(list)?.Count ?? 0) == (old.Arr(list)?.Count ?? 0)) continue;
            errors.Forbidden("spec." + list, "pod updates may not add or remove containers");
            return;
        }
        var (deadline, before) = (spec.Num("activeDeadlineSeconds"), old.Num("activeDeadlineSeconds"));
        if (deadline is null && before is not null)
        {
            errors.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
            return;
        }
        if (deadline is { } now && before is { } then && then < now)
        {
            errors.Invalid("spec.activeDeadlineSeconds", now, "must be less than or equal to previous value");
            return;
        }
        Tolerations(spec, old, errors);
        if (!JsonExtensions.Same(Fixed(spec, subresource), Fixed(old, subresource))) errors.Forbidden("spec", Updatable);
    }

    private static void Tolerations(JsonObject? spec, JsonObject? old, ErrorList errors)
    {
        static JsonObject WithoutSeconds(JsonObject toleration)
        {
            var copy = toleration.Copy();
            copy.Remove("tolerationSeconds");
            return copy;
        }

        var tolerations = spec.Objects("tolerations").Select(WithoutSeconds).ToList();
        foreach (var toleration in old.Objects("tolerations").Select(WithoutSeconds))
        {
            if (tolerations.Any(t => JsonExtensions.Same(t, toleration))) continue;
            errors.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
            return;
        }
    }

    /// <summary>What of a pod's spec may not change.</summary>
    private static JsonObject? Fixed(JsonObject? spec, string subresource)
    {
        if (spec is null) return null;
        var copy = spec.Copy();
        foreach (var name in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations", "ephemeralContainers"]) copy.Remove(name);
        copy.Remove("schedulingGates");
        if (subresource == "binding") copy.Remove("nodeName");
        if (copy.Num("terminationGracePeriodSeconds") is < 0 or 1) copy.Remove("terminationGracePeriodSeconds");
        foreach (var c in copy.Objects("containers").Concat(copy.Objects("initContainers")))
        {
            c.Remove("image");
            if (subresource == "resize") c.Remove("resources");
        }
        return copy;
    }

    private static void Ephemeral(JsonObject pod, JsonObject old, ErrorList errors)
    {
        var now = pod.Objects("spec", "ephemeralContainers").ToDictionary(c => c.Str("name") ?? "", StringComparer.Ordinal);
        foreach (var container in old.Objects("spec", "ephemeralContainers"))
        {
            var name = container.Str("name") ?? "";
            if (!now.TryGetValue(name, out var changed)) errors.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers {GoSyntax.Quote(name)} may not be removed\n");
            else if (!JsonExtensions.Same(container, changed)) errors.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers {GoSyntax.Quote(name)} may not be changed\n");
        }
    }
}
