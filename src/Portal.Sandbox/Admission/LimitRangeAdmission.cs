using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Admission;

/// <summary>Applies a namespace's limit ranges to pods and claims: defaults first, then bounds (kubernetes/plugin/pkg/admission/limitranger).</summary>
internal sealed class LimitRangeAdmission : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate) return;
        foreach (var limit in Limits(request, "Container"))
        {
            var notes = new List<string>();
            foreach (var (list, word) in (ReadOnlySpan<(string, string)>)[("containers", "container"), ("initContainers", "init container")])
            {
                foreach (var container in request.Object.Objects("spec", list))
                {
                    Default(container, "requests", limit.Obj("defaultRequest"), $"request for {word} {container.Str("name")}", notes);
                    Default(container, "limits", limit.Obj("default"), $"limit for {word} {container.Str("name")}", notes);
                }
            }
            if (notes.Count > 0) request.Object.Ensure("metadata").Ensure("annotations")["kubernetes.io/limit-ranger"] = "LimitRanger plugin set: " + string.Join("; ", notes);
        }
    }

    public void Validate(AdmissionRequest request)
    {
        if (!request.IsCreate || request.Type.Resource is not ("pods" or "persistentvolumeclaims")) return;
        var errors = new List<string>();
        if (request.Type.Resource == "persistentvolumeclaims")
        {
            foreach (var limit in Limits(request, "PersistentVolumeClaim"))
            {
                var requests = Resources(request.Object.Obj("spec", "resources", "requests"));
                foreach (var (name, min) in limit.Map("min")) Min("PersistentVolumeClaim", name, min, requests, [], errors);
                foreach (var (name, max) in limit.Map("max")) MaxRequest("PersistentVolumeClaim", name, max, requests, errors);
            }
        }
        else
        {
            var containers = request.Object.Objects("spec", "containers").ToList();
            var initial = request.Object.Objects("spec", "initContainers").ToList();
            foreach (var limit in Limits(request, "Container"))
            {
                foreach (var container in containers.Concat(initial)) Bounds("Container", limit, Resources(container.Obj("resources", "requests")), Resources(container.Obj("resources", "limits")), errors);
            }
            foreach (var limit in Limits(request, "Pod")) Bounds("Pod", limit, PodSum(containers, initial, "requests"), PodSum(containers, initial, "limits"), errors);
        }
        if (errors.Count == 0) return;
        throw ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "", errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors.Distinct())}]");
    }

    private static IEnumerable<JsonObject> Limits(AdmissionRequest request, string type)
    {
        if (request.Snapshot.Of("limitranges").Count == 0) return [];
        return request.Snapshot.List("limitranges", request.Object.Str("metadata", "namespace")).SelectMany(r => r.Parse().Objects("spec", "limits")).Where(l => l.Str("type") == type);
    }

    private static void Default(JsonObject container, string kind, JsonObject? defaults, string what, List<string> notes)
    {
        var set = new List<string>();
        foreach (var (name, value) in defaults ?? [])
        {
            var map = container.Ensure("resources").Ensure(kind);
            if (map.ContainsKey(name)) continue;
            map[name] = value?.DeepClone();
            set.Add(name);
        }
        if (set.Count > 0) notes.Add($"{string.Join(", ", set.Order(StringComparer.Ordinal))} {what}");
    }

    private static void Bounds(string type, JsonObject limit, Dictionary<string, string> requests, Dictionary<string, string> limits, List<string> errors)
    {
        foreach (var (name, min) in limit.Map("min")) Min(type, name, min, requests, limits, errors);
        foreach (var (name, max) in limit.Map("max"))
        {
            var text = $"maximum {name} usage per {type} is {max}";
            if (!limits.TryGetValue(name, out var given)) errors.Add($"{text}.  No limit is specified");
            else if (Quantity.Compare(given, max) > 0) errors.Add($"{text}, but limit is {given}");
            else if (requests.TryGetValue(name, out var request) && Quantity.Compare(request, max) > 0) errors.Add($"{text}, but request is {request}");
        }
        foreach (var (name, ratio) in limit.Map("maxLimitRequestRatio"))
        {
            var text = $"{name} max limit to request ratio per {type} is {ratio}";
            if (!requests.TryGetValue(name, out var r) || !Quantity.TryParse(r, out var request) || request == 0) errors.Add($"{text}, but no request is specified or request is 0");
            else if (!limits.TryGetValue(name, out var l) || !Quantity.TryParse(l, out var most) || most == 0) errors.Add($"{text}, but no limit is specified or limit is 0");
            else if (Quantity.TryParse(ratio, out var allowed) && most / request > allowed) errors.Add(string.Create(CultureInfo.InvariantCulture, $"{text}, but provided ratio is {most / request:F6}"));
        }
    }

    private static void Min(string type, string name, string min, Dictionary<string, string> requests, Dictionary<string, string> limits, List<string> errors)
    {
        var text = $"minimum {name} usage per {type} is {min}";
        if (!requests.TryGetValue(name, out var request)) errors.Add($"{text}.  No request is specified");
        else if (Quantity.Compare(request, min) < 0) errors.Add($"{text}, but request is {request}");
        else if (limits.TryGetValue(name, out var limit) && Quantity.Compare(limit, min) < 0) errors.Add($"{text}, but limit is {limit}");
    }

    private static void MaxRequest(string type, string name, string max, Dictionary<string, string> requests, List<string> errors)
    {
        var text = $"maximum {name} usage per {type} is {max}";
        if (!requests.TryGetValue(name, out var request)) errors.Add($"{text}.  No request is specified");
        else if (Quantity.Compare(request, max) > 0) errors.Add($"{text}, but request is {request}");
    }

    /// <summary>Containers run together, init containers one after the other.</summary>
    internal static Dictionary<string, string> PodSum(IEnumerable<JsonObject> containers, IEnumerable<JsonObject> initial, string kind)
    {
        var sum = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in containers.SelectMany(c => c.Map("resources", kind))) sum[name] = sum.TryGetValue(name, out var s) ? Quantity.Add(s, value) : value;
        foreach (var (name, value) in initial.SelectMany(c => c.Map("resources", kind)))
        {
            if (!sum.TryGetValue(name, out var s) || Quantity.Compare(value, s) > 0) sum[name] = value;
        }
        return sum;
    }

    private static Dictionary<string, string> Resources(JsonObject? map) => new(map.Map(), StringComparer.Ordinal);
}
