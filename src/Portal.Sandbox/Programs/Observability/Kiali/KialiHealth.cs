using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Rates of HTTP requests by response code, for workloads and services, as Kiali's health is made of.</summary>
internal sealed class KialiHealth
{
    private readonly Dictionary<(string Side, string Kind, string Namespace, string Name), SortedDictionary<string, double>> _rates = [];

    /// <summary>Without Prometheus there are no rates, and the lists do without them.</summary>
    public static async Task<KialiHealth> ReadAsync(ContainerInstance container, long seconds, CancellationToken cancellationToken)
    {
        var health = new KialiHealth();
        const string Labels = "source_workload, source_workload_namespace, destination_workload, destination_workload_namespace, destination_service_name, destination_service_namespace, response_code";
        // A proxy at the source sees what never arrived; without one there the destination is the only witness.
        foreach (var reporter in new[] { "reporter=\"source\"", "reporter=\"destination\",source_workload=\"unknown\"" })
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"sum by ({Labels}) (rate(istio_requests_total{{{reporter}}}[{seconds}s])) > 0");
            foreach (var (m, rate) in await PrometheusClient.QueryAsync(container, query, cancellationToken).ConfigureAwait(false) ?? [])
            {
                var code = m.Str("response_code") is { } c && c != "0" ? c : "-";
                health.Add("inbound", "workload", m.Str("destination_workload_namespace"), m.Str("destination_workload"), code, rate);
                health.Add("inbound", "service", m.Str("destination_service_namespace"), m.Str("destination_service_name"), code, rate);
                health.Add("outbound", "workload", m.Str("source_workload_namespace"), m.Str("source_workload"), code, rate);
            }
        }
        return health;
    }

    public JsonObject Workload(string ns, string name) => new() { ["inbound"] = Side("inbound", "workload", ns, name), ["outbound"] = Side("outbound", "workload", ns, name), ["healthAnnotations"] = new JsonObject() };

    public JsonObject Service(string ns, string name) => new() { ["inbound"] = Side("inbound", "service", ns, name), ["outbound"] = new JsonObject(), ["healthAnnotations"] = new JsonObject() };

    private JsonObject Side(string side, string kind, string ns, string name) => _rates.TryGetValue((side, kind, ns, name), out var rates)
        ? new() { ["http"] = new JsonObject([.. rates.Select(r => KeyValuePair.Create<string, JsonNode?>(r.Key, Math.Round(r.Value, 4)))]) } : [];

    private void Add(string side, string kind, string? ns, string? name, string code, double rate)
    {
        if (ns is null or "unknown" || name is null or "unknown") return;
        if (!_rates.TryGetValue((side, kind, ns, name), out var rates)) _rates[(side, kind, ns, name)] = rates = new(StringComparer.Ordinal);
        rates[code] = rates.GetValueOrDefault(code) + rate;
    }
}
