using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>Turns a pod's priority class into its priority (kubernetes/plugin/pkg/admission/priority).</summary>
internal sealed class PriorityAdmission : IAdmissionPlugin
{
    private const string Classes = "priorityclasses.scheduling.k8s.io";
    private const string ClassProblem = "Only one default can exist";

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate) return;
        var spec = request.Object.Ensure("spec");
        var named = spec.Str("priorityClassName") ?? "";
        var chosen = named.Length == 0 ? Default(request.Snapshot) : request.Snapshot.Find(Classes, "", named)?.Parse()
            ?? throw Refuse(request, $"no PriorityClass with name {named} was found");
        var priority = chosen.Num("value") ?? 0;
        var policy = chosen.Str("preemptionPolicy") ?? "PreemptLowerPriority";
        if (chosen is not null) spec["priorityClassName"] = chosen.Str("metadata", "name");
        if (spec.Num("priority") is { } given && given != priority)
            throw Refuse(request, $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name");
        if (spec.Str("preemptionPolicy") is { } wanted && wanted != policy)
            throw Refuse(request, $"the string value of PreemptionPolicy ({wanted}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        spec["priority"] = priority;
        spec["preemptionPolicy"] = policy;
    }

    public void Validate(AdmissionRequest request)
    {
        if (request.Type.Resource != Classes || request.Object.Flag("globalDefault") != true) return;
        if (Default(request.Snapshot) is { } other && other.Str("metadata", "name") != request.Object.Str("metadata", "name"))
            throw Refuse(request, $"PriorityClass {other.Str("metadata", "name")} is already marked as default. {ClassProblem}");
    }

    private static JsonObject? Default(StoreSnapshot snapshot) => snapshot.List(Classes).Where(c => !c.Name.StartsWith("system-", StringComparison.Ordinal)).Select(c => c.Parse()).FirstOrDefault(c => c.Flag("globalDefault") == true);

    private static ApiException Refuse(AdmissionRequest request, string why) => ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "", why);
}
