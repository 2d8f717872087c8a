using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of jobs and cron jobs (kubernetes/pkg/apis/batch/validation).</summary>
internal static class JobValidation
{
    public static void Job(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var selector = spec.Obj("selector");
        if (selector is not null && spec.Flag("manualSelector") != true) Generated(obj, selector, errors);
        Spec(spec, "spec", errors);
        if (selector is null)
        {
            errors.Required("spec.selector");
            errors.InvalidGo("spec.template.metadata.labels", GoSyntax.Map(spec.Obj("template", "metadata", "labels")), "`selector` does not match template `labels`");
        }
        else
        {
            MetadataValidation.Selector(selector, "spec.selector", errors);
            if (!Selectors.Matches(selector, spec.Map("template", "metadata", "labels")))
                errors.InvalidGo("spec.template.metadata.labels", GoSyntax.Map(spec.Obj("template", "metadata", "labels")), "`selector` does not match template `labels`");
        }
        if (old is null) return;
        var before = old.Obj("spec");
        var suspended = before.Flag("suspend") == true && old.At("status", "startTime") is null;
        var elastic = spec.Str("completionMode") == "Indexed" && before.At("completions") is not null && spec.At("completions") is not null;
        if (!elastic) errors.Immutable("spec.completions", spec?["completions"], before?["completions"]);
        else if (!JsonExtensions.Same(spec!["completions"], before!["completions"]) && spec.Num("completions") != spec.Num("parallelism"))
            errors.Invalid("spec.completions", spec["completions"], $"can only be modified in tandem with spec.parallelism");
        errors.Immutable("spec.selector", selector, before?["selector"], GoSyntax.Selector);
        if (!suspended) errors.Immutable("spec.template", spec?["template"], before?["template"]);
        errors.Immutable("spec.completionMode", spec?["completionMode"], before?["completionMode"]);
        errors.Immutable("spec.podFailurePolicy", spec?["podFailurePolicy"], before?["podFailurePolicy"]);
        errors.Immutable("spec.backoffLimitPerIndex", spec?["backoffLimitPerIndex"], before?["backoffLimitPerIndex"]);
    }

    public static void CronJob(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var schedule = spec.Str("schedule") ?? "";
        if (schedule.Length == 0) errors.Required("spec.schedule");
        else if (CronSyntax.Problem(schedule) is { } problem) errors.Invalid("spec.schedule", schedule, problem);
        if (schedule.Contains("TZ", StringComparison.Ordinal)) errors.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        errors.NonNegative("spec.startingDeadlineSeconds", spec?["startingDeadlineSeconds"]);
        if (spec.Str("timeZone") is { } zone)
        {
            if (zone.Length == 0) errors.Invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string");
            else if (zone.Equals("Local", StringComparison.OrdinalIgnoreCase)) errors.Invalid("spec.timeZone", zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
            else if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) errors.Invalid("spec.timeZone", zone, "unknown time zone " + zone);
        }
        errors.OneOf("spec.concurrencyPolicy", spec.Str("concurrencyPolicy"), "Allow", "Forbid", "Replace");
        const string path = "spec.jobTemplate.spec";
        var job = spec.Obj("jobTemplate", "spec");
        Spec(job, path, errors);
        if (job.Obj("selector") is { } selector) errors.InvalidGo(path + ".selector", GoSyntax.Selector(selector), "`selector` will be auto-generated");
        if (job.Flag("manualSelector") == true) errors.NotSupported(path + ".manualSelector", true, "nil", "false");
        errors.NonNegative("spec.successfulJobsHistoryLimit", spec?["successfulJobsHistoryLimit"]);
        errors.NonNegative("spec.failedJobsHistoryLimit", spec?["failedJobsHistoryLimit"]);
        if (old is null && obj.Str("metadata", "name") is { Length: > 52 } name) errors.Invalid("metadata.name", name, "must be no more than 52 characters");
    }

    private static void Generated(JsonObject obj, JsonObject selector, ErrorList errors)
    {
        var (uid, name) = (obj.Str("metadata", "uid") ?? "", obj.Str("metadata", "name") ?? "");
        var expected = new Dictionary<string, string> { ["batch.kubernetes.io/controller-uid"] = uid, ["controller-uid"] = uid, ["batch.kubernetes.io/job-name"] = name, ["job-name"] = name };
        if (!Selectors.Matches(selector, expected)) errors.InvalidGo("spec.selector", GoSyntax.Selector(selector), "`selector` not auto-generated");
    }

    private static void Spec(JsonObject? spec, string path, ErrorList errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"])
            errors.NonNegative($"{path}.{field}", spec?[field]);
        if (spec.Str("completionMode") is { } mode)
        {
            if (mode is not ("NonIndexed" or "Indexed")) errors.NotSupported(path + ".completionMode", mode, "Indexed", "NonIndexed");
            if (mode == "Indexed")
            {
                if (spec?["completions"] is null) errors.Required(path + ".completions", "when completion mode is Indexed");
                if (spec.Num("parallelism") is > 100_000 and var parallel) errors.Invalid(path + ".parallelism", parallel, "must be less than or equal to 100000 when completion mode is Indexed");
            }
        }
        PodSpecValidation.Template(spec.Obj("template"), path + ".template", errors);
        var restart = spec.Str("template", "spec", "restartPolicy") ?? "";
        if (restart is "" or "Always") errors.Required(path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        else if (restart is not ("OnFailure" or "Never")) errors.NotSupported(path + ".template.spec.restartPolicy", restart, "OnFailure", "Never");
        if (spec.Obj("podFailurePolicy") is null) return;
        if (restart != "Never") errors.Invalid(path + ".template.spec.restartPolicy", restart, "only \"Never\" is supported when podFailurePolicy is specified");
        foreach (var (i, rule) in spec.Objects("podFailurePolicy", "rules").Index())
        {
            var at = $"{path}.podFailurePolicy.rules[{i}]";
            errors.OneOf(at + ".action", rule.Str("action"), "Count", "FailIndex", "FailJob", "Ignore");
            if (!rule.ContainsKey("onExitCodes") && !rule.ContainsKey("onPodConditions")) errors.InvalidGo(at, GoSyntax.Value(rule), "specifying one of OnExitCodes and OnPodConditions is required");
        }
    }
}
