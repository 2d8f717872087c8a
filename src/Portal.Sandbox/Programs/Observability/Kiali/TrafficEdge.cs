using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>An end of calls: a version of an app, an external or empty service, or somebody unknown.</summary>
internal sealed record TrafficNode(string Id, string Namespace, string Workload, string App, string Version, string Service, string Type)
{
    public static TrafficNode Of(JsonObject m, string side)
    {
        var (workload, ns) = (m.Str(side + "_workload") ?? "unknown", m.Str(side + "_workload_namespace") ?? "unknown");
        // No pod behind it: an external service, or one without a healthy endpoint.
        if (workload == "unknown" && side == "destination")
        {
            var service = m.Str("destination_service_name") ?? "unknown";
            return new($"service/{m.Str("destination_service_namespace")}/{service}", m.Str("destination_service_namespace") ?? "unknown", "", "", "", service, "service");
        }
        if (workload == "unknown") return new("unknown", "unknown", "unknown", "unknown", "", "", "unknown");
        var (app, version) = (m.Str(side + "_app") ?? "unknown", m.Str(side + "_version") ?? "unknown");
        return new($"{ns}/{workload}", ns, workload, app == "unknown" ? workload : app, version == "unknown" ? "" : version, "", app == "unknown" ? "workload" : "app");
    }
}

/// <summary>Calls of one protocol between two nodes: rates by response code, or bytes a second for TCP.</summary>
internal sealed class TrafficEdge(TrafficNode source, TrafficNode target, string protocol)
{
    public TrafficNode Source => source;
    public TrafficNode Target => target;
    public string Protocol => protocol;
    public Dictionary<string, double> Codes { get; } = new(StringComparer.Ordinal);

    /// <summary>What was counted already: a request inside the namespaces is found from both sides.</summary>
    public HashSet<string> Counted { get; } = new(StringComparer.Ordinal);
    public double Mutual { get; set; }
    public double Seen { get; set; }
    public double? Slow { get; set; }
    public double Rate => Codes.Values.Sum();

    private double Errors => Codes.Where(c => protocol == "grpc" ? c.Key != "0" : c.Key == "-" || c.Key[0] is '4' or '5').Sum(c => c.Value);

    public JsonObject Write()
    {
        var rates = new JsonObject { [protocol] = Number(Rate) };
        if (protocol != "tcp")
        {
            rates[protocol + "PercentErr"] = Percent(Errors);
            foreach (var digit in protocol == "http" ? "345" : "")
                if (Codes.Where(c => c.Key[0] == digit).Sum(c => c.Value) is > 0 and var some) rates[$"http{digit}xx"] = Number(some);
        }
        return new()
        {
            ["data"] = new JsonObject
            {
                ["id"] = $"{Source.Id}->{Target.Id} {protocol}", ["source"] = Source.Id, ["target"] = Target.Id,
                ["isMTLS"] = Seen > 0 ? ((int)Math.Round(100 * Mutual / Seen)).ToString(CultureInfo.InvariantCulture) : "0",
                ["responseTime"] = Slow is { } ms ? ((long)Math.Round(ms)).ToString(CultureInfo.InvariantCulture) : "",
                ["traffic"] = new JsonObject
                {
                    ["protocol"] = protocol, ["rates"] = rates,
                    ["responses"] = protocol == "tcp" ? new JsonObject() : new JsonObject([.. Codes.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => KeyValuePair.Create<string, JsonNode?>(c.Key, new JsonObject { ["share"] = Percent(c.Value) }))]),
                },
            },
        };
    }

    public static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private string Percent(double part) => Rate > 0 ? (100 * part / Rate).ToString("0.0", CultureInfo.InvariantCulture) : "0.0";
}
