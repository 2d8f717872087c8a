using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh;

/// <summary>What istiod's validating webhook refuses beyond the schema. Active while its webhook configuration is there.</summary>
internal sealed class MeshValidation : IAdmissionPlugin
{
    public void Validate(AdmissionRequest request)
    {
        if (request.Type.Group is not ("networking.istio.io" or "security.istio.io")) return;
        if (!request.Snapshot.List("validatingwebhookconfigurations.admissionregistration.k8s.io").Any(w => w.Parse().Objects("webhooks").Any(h => h.Str("clientConfig", "service", "name") == "istiod"))) return;
        var first = Problems(request.Type.Kind, request.Object.Obj("spec")).ToList();
        if (first.Count == 0) return;
        var text = first.Count == 1 ? first[0] : $"{first.Count} errors occurred:\n\t* {string.Join("\n\t* ", first)}\n\n";
        throw new ApiException(400, "BadRequest", $"admission webhook \"validation.istio.io\" denied the request: configuration is invalid: {text}");
    }

    /// <summary>What is wrong with the spec of a kind.</summary>
    public static IEnumerable<string> Problems(string kind, JsonObject? spec) => kind switch
    {
        "VirtualService" => VirtualService(spec),
        "DestinationRule" => DestinationRule(spec),
        "Gateway" => Gateway(spec),
        _ => [],
    };

    private static IEnumerable<string> VirtualService(JsonObject? spec)
    {
        if (spec.Arr("hosts") is not { Count: > 0 }) yield return "virtual service must have at least one host";
        if (spec.Arr("http") is not { Count: > 0 } && spec.Arr("tcp") is not { Count: > 0 } && spec.Arr("tls") is not { Count: > 0 }) yield return "http, tcp or tls must be provided in virtual service";
        foreach (var route in spec.Objects("http"))
        {
            var destinations = route.Objects("route").ToList();
            var (redirect, direct) = (route.Obj("redirect"), route.Obj("directResponse"));
            if (destinations.Count == 0 && redirect is null && direct is null && route.Obj("delegate") is null) yield return "HTTP route, redirect or direct_response is required";
            if (destinations.Count > 0 && redirect is not null) yield return "HTTP route cannot contain both route and redirect";
            if (destinations.Count > 0 && direct is not null) yield return "HTTP route cannot contain both route and direct_response";
            if (route.Obj("fault") is not null && redirect is not null) yield return "HTTP redirect rules cannot contain fault";
            if (route.Obj("rewrite") is not null && redirect is not null) yield return "HTTP redirect rules cannot contain rewrite";
            foreach (var d in destinations)
            {
                if (d.Num("weight") is < 0 and var w) yield return $"weight {w} < 0";
                if (string.IsNullOrEmpty(d.Str("destination", "host"))) yield return "destination host is required";
            }
            if (destinations.Count > 1 && destinations.Sum(d => d.Int(0, "weight")) == 0) yield return "total destination weight = 0";
            foreach (var path in (string[][])[["fault", "delay", "fixedDelay"], ["timeout"], ["retries", "perTryTimeout"]])
            {
                if (route.Str(path) is { } text && EnvoyDuration.Parse(text) is null) yield return $"invalid duration: time: missing unit in duration \"{text}\"";
            }
            if (route.Num("retries", "attempts") is < 0) yield return "attempts cannot be negative";
            if (route.Num("fault", "abort", "httpStatus") is { } status && status is < 200 or >= 600) yield return $"HTTP status {status} is not in range 200-599";
        }
    }

    private static IEnumerable<string> DestinationRule(JsonObject? spec)
    {
        if (string.IsNullOrEmpty(spec.Str("host"))) yield return "name cannot be empty";
        var names = new HashSet<string?>();
        foreach (var s in spec.Objects("subsets"))
        {
            if (string.IsNullOrEmpty(s.Str("name"))) yield return "name cannot be empty";
            else if (!names.Add(s.Str("name"))) yield return $"duplicate subset names: {s.Str("name")}";
        }
    }

    private static IEnumerable<string> Gateway(JsonObject? spec)
    {
        if (spec.Arr("servers") is not { Count: > 0 }) yield return "gateway must have at least one server";
        foreach (var s in spec.Objects("servers"))
        {
            if (s.Arr("hosts") is not { Count: > 0 }) yield return "server config must contain at least one host";
            if (s.Num("port", "number") is not (>= 1 and <= 65535)) yield return $"port number {s.Num("port", "number") ?? 0} must be in the range 1..65535";
        }
    }
}
