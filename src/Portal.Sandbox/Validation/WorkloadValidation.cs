using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of the kinds that keep pods running (kubernetes/pkg/apis/apps/validation).</summary>
internal static class WorkloadValidation
{
    public static void Deployment(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        errors.NonNegative("spec.replicas", spec?["replicas"]);
        Selector(spec, "deployment", "ReplicaSet", errors);
        Strategy(spec.Obj("strategy"), "spec.strategy", errors);
        errors.NonNegative("spec.minReadySeconds", spec?["minReadySeconds"]);
        errors.NonNegative("spec.revisionHistoryLimit", spec?["revisionHistoryLimit"]);
        if (spec.Num("progressDeadlineSeconds") is { } deadline)
        {
            errors.NonNegative("spec.progressDeadlineSeconds", deadline);
            if (deadline <= (spec.Num("minReadySeconds") ?? 0)) errors.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
        }
        SelectorIsImmutable(spec, old, errors);
    }

    public static void ReplicaSet(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        errors.NonNegative("spec.replicas", spec?["replicas"]);
        errors.NonNegative("spec.minReadySeconds", spec?["minReadySeconds"]);
        Selector(spec, "deployment", "ReplicaSet", errors);
        SelectorIsImmutable(spec, old, errors);
    }

    public static void ReplicationController(JsonObject obj, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        errors.NonNegative("spec.minReadySeconds", spec?["minReadySeconds"]);
        if (spec.Obj("selector") is not { Count: > 0 }) errors.Required("spec.selector");
        if (spec?["replicas"] is null) errors.Required("spec.replicas");
        else errors.NonNegative("spec.replicas", spec["replicas"]);
        if (spec.Obj("template") is not { } template)
        {
            errors.Required("spec.template");
            return;
        }
        if (spec.Obj("selector") is { Count: > 0 } && !Selectors.Matches(spec.Map("selector"), template.Map("metadata", "labels"))) Mismatch(template, errors);
        PodSpecValidation.Template(template, "spec.template", errors);
        AlwaysRuns(template, "ReplicationController", errors);
    }

    public static void DaemonSet(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var selector = spec.Obj("selector");
        MetadataValidation.Selector(selector, "spec.selector", errors);
        var template = spec.Obj("template");
        if (selector is null || (MetadataValidation.IsWellFormed(selector) && !Selectors.Matches(selector, template.Map("metadata", "labels")))) Mismatch(template, errors);
        if (selector is not null && MetadataValidation.IsEmptySelector(selector)) errors.InvalidGo("spec.selector", GoSyntax.Selector(selector), "empty selector is invalid for daemonset");
        PodSpecValidation.Template(template, "spec.template", errors);
        AlwaysRuns(template, "DaemonSet", errors);
        errors.NonNegative("spec.minReadySeconds", spec?["minReadySeconds"]);
        var strategy = spec.Obj("updateStrategy");
        switch (strategy.Str("type"))
        {
            case "OnDelete": break;
            case "RollingUpdate" when strategy.Obj("rollingUpdate") is { } rolling: DaemonRolling(rolling, "spec.updateStrategy.rollingUpdate", errors); break;
            case "RollingUpdate": errors.Required("spec.updateStrategy.rollingUpdate"); break;
            default: errors.Add(Unsupported("spec.updateStrategy", strategy, "DaemonSetUpdateStrategy", "RollingUpdate", "OnDelete")); break;
        }
        errors.NonNegative("spec.revisionHistoryLimit", spec?["revisionHistoryLimit"]);
        SelectorIsImmutable(spec, old, errors);
    }

    public static void StatefulSet(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        if (old is not null && !JsonExtensions.Same(Fixed(spec), Fixed(old.Obj("spec"))))
            errors.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        var policy = spec.Str("podManagementPolicy");
        if (string.IsNullOrEmpty(policy)) errors.Required("spec.podManagementPolicy");
        else if (policy is not ("OrderedReady" or "Parallel")) errors.Invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        var strategy = spec.Obj("updateStrategy");
        switch (strategy.Str("type"))
        {
            case null or "": errors.Required("spec.updateStrategy"); break;
            case "OnDelete":
                if (strategy!.ContainsKey("rollingUpdate")) errors.InvalidGo("spec.updateStrategy.rollingUpdate", GoSyntax.Value(strategy["rollingUpdate"]), "only allowed for updateStrategy 'RollingUpdate'");
                break;
            case "RollingUpdate": errors.NonNegative("spec.updateStrategy.rollingUpdate.partition", strategy.At("rollingUpdate", "partition")); break;
            default: errors.InvalidGo("spec.updateStrategy", $"apps.StatefulSetUpdateStrategy{{Type:{GoSyntax.Quote(strategy.Str("type")!)}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}}", "must be 'RollingUpdate' or 'OnDelete'"); break;
        }
        foreach (var field in (ReadOnlySpan<string>)["whenDeleted", "whenScaled"])
            errors.OptionalOneOf("spec.persistentVolumeClaimRetentionPolicy." + field, spec.Str("persistentVolumeClaimRetentionPolicy", field), "Delete", "Retain");
        errors.NonNegative("spec.replicas", spec?["replicas"]);
        errors.NonNegative("spec.minReadySeconds", spec?["minReadySeconds"]);
        errors.NonNegative("spec.ordinals.start", spec.At("ordinals", "start"));
        var selector = spec.Obj("selector");
        var template = spec.Obj("template");
        Selector(selector, template, "statefulset", "", errors);
        PodSpecValidation.Template(WithClaims(template, spec), "spec.template", errors);
        AlwaysRuns(template, "StatefulSet", errors);
    }

    /// <summary>A count or a percentage.</summary>
    public static void IntOrPercent(JsonNode? value, string path, ErrorList errors)
    {
        if (value.Str() is not { } text) errors.NonNegative(path, value);
        else
        {
            foreach (var problem in NameRules.Percent(text)) errors.InvalidGo(path, GoSyntax.IntOrString(value), problem);
        }
    }

    public static void AtMost100Percent(JsonNode? value, string path, ErrorList errors)
    {
        if (value.Str() is { } text && text.EndsWith('%') && Amount(value) > 100) errors.InvalidGo(path, GoSyntax.IntOrString(value), "must not be greater than 100%");
    }

    private static void DaemonRolling(JsonObject rolling, string path, ErrorList errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["maxUnavailable", "maxSurge"])
        {
            IntOrPercent(rolling[field], $"{path}.{field}", errors);
            AtMost100Percent(rolling[field], $"{path}.{field}", errors);
        }
        var (unavailable, surge) = (Amount(rolling["maxUnavailable"]), Amount(rolling["maxSurge"]));
        if (unavailable > 0 && surge > 0) errors.InvalidGo(path + ".maxSurge", GoSyntax.IntOrString(rolling["maxSurge"]), "may not be set when maxUnavailable is non-zero");
        else if (unavailable == 0 && surge == 0) errors.Required(path + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
    }

    private static void Strategy(JsonObject? strategy, string path, ErrorList errors)
    {
        var rolling = strategy.Obj("rollingUpdate");
        switch (strategy.Str("type"))
        {
            case "Recreate":
                if (rolling is not null) errors.Forbidden(path + ".rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                if (rolling is null)
                {
                    errors.Required(path + ".rollingUpdate", "this should be defaulted and never be nil");
                    break;
                }
                IntOrPercent(rolling["maxUnavailable"], path + ".rollingUpdate.maxUnavailable", errors);
                IntOrPercent(rolling["maxSurge"], path + ".rollingUpdate.maxSurge", errors);
                if (Amount(rolling["maxUnavailable"]) == 0 && Amount(rolling["maxSurge"]) == 0)
                    errors.InvalidGo(path + ".rollingUpdate.maxUnavailable", GoSyntax.IntOrString(rolling["maxUnavailable"]), "may not be 0 when `maxSurge` is 0");
                AtMost100Percent(rolling["maxUnavailable"], path + ".rollingUpdate.maxUnavailable", errors);
                break;
            default: errors.Add(Unsupported(path, strategy, "DeploymentStrategy", "Recreate", "RollingUpdate")); break;
        }
    }

    private static void Selector(JsonObject? spec, string word, string kind, ErrorList errors)
    {
        var selector = spec.Obj("selector");
        var template = spec.Obj("template");
        Selector(selector, template, word, "invalid label selector", errors);
        PodSpecValidation.Template(template, "spec.template", errors);
        AlwaysRuns(template, kind, errors);
    }

    private static void Selector(JsonObject? selector, JsonObject? template, string word, string malformed, ErrorList errors)
    {
        if (selector is null)
        {
            // No selector selects nothing, so no template matches it either.
            errors.Required("spec.selector");
            Mismatch(template, errors);
            return;
        }
        MetadataValidation.Selector(selector, "spec.selector", errors);
        if (MetadataValidation.IsEmptySelector(selector)) errors.InvalidGo("spec.selector", GoSyntax.Selector(selector), $"empty selector is invalid for {word}");
        else if (!MetadataValidation.IsWellFormed(selector)) errors.InvalidGo("spec.selector", GoSyntax.Selector(selector), malformed);
        else if (!Selectors.Matches(selector, template.Map("metadata", "labels"))) Mismatch(template, errors);
    }

    private static void AlwaysRuns(JsonObject? template, string kind, ErrorList errors)
    {
        if (template.Str("spec", "restartPolicy") is { } restart && restart != "Always") errors.NotSupported("spec.template.spec.restartPolicy", restart, "Always");
        if (template.At("spec", "activeDeadlineSeconds") is not null) errors.Forbidden("spec.template.spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {kind} is not Supported");
    }

    private static void Mismatch(JsonObject? template, ErrorList errors) =>
        errors.InvalidGo("spec.template.metadata.labels", GoSyntax.Map(template.Obj("metadata", "labels")), "`selector` does not match template `labels`");

    private static void SelectorIsImmutable(JsonObject? spec, JsonObject? old, ErrorList errors)
    {
        if (old is not null) errors.Immutable("spec.selector", spec.Obj("selector"), old.Obj("spec", "selector"), GoSyntax.Selector);
    }

    private static Api.FieldError Unsupported(string path, JsonObject? strategy, string type, params string[] supported) =>
        new("FieldValueNotSupported", path, $"Unsupported value: apps.{type}{{Type:{GoSyntax.Quote(strategy.Str("type") ?? "")}, RollingUpdate:(*apps.RollingUpdate{type.Replace("UpdateStrategy", "", StringComparison.Ordinal).Replace("Strategy", "", StringComparison.Ordinal)})(nil)}}: supported values: {string.Join(", ", supported.Select(GoSyntax.Quote))}");

    private static JsonObject? Fixed(JsonObject? spec)
    {
        var copy = spec?.Copy();
        foreach (var name in (ReadOnlySpan<string>)["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"]) copy?.Remove(name);
        foreach (var claim in copy.Objects("volumeClaimTemplates")) claim.Remove("status");
        return copy;
    }

    /// <summary>Containers may mount the claims that the set makes for each pod.</summary>
    private static JsonObject? WithClaims(JsonObject? template, JsonObject? spec)
    {
        var claims = spec.Objects("volumeClaimTemplates").Select(c => c.Str("metadata", "name") ?? "").ToList();
        if (template is null || claims.Count == 0) return template;
        var copy = template.Copy();
        var volumes = copy.Ensure("spec").EnsureArray("volumes");
        foreach (var claim in claims.Where(c => volumes.All(v => v.Str("name") != c))) volumes.Add(new JsonObject { ["name"] = claim, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } });
        return copy;
    }

    private static long Amount(JsonNode? value) => value.Str() is { } text ? (long.TryParse(text.TrimEnd('%'), out var n) ? n : 0) : value.Num() ?? 0;
}
