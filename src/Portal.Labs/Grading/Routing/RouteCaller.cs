using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Grading.Routing;

/// <summary>What a rule may ask of a request besides its path and headers.</summary>
/// <param name="Namespace">Of the proxy that decides: the sending workload's, or the gateway's.</param>
/// <param name="Labels">Of its pods.</param>
/// <param name="Gateway"><c>mesh</c>, or the gateway as <c>namespace/name</c>.</param>
/// <param name="Port">Of the service that is asked; null when that is not known.</param>
internal sealed record RouteCaller(
    string Namespace,
    IReadOnlyDictionary<string, string> Labels,
    string Gateway,
    string Authority,
    int? Port
)
{
    public const string Mesh = "mesh";

    /// <param name="compare">Compares a text with a StringMatch: subject, match and text to what is wrong.</param>
    public string? Obstacle(string condition, JsonElement value, Func<string, JsonElement, string?, string?> compare)
    {
        switch (condition)
        {
            case "authority":
                return compare("host", value, Authority);
            case "scheme":
                return compare("scheme", value, "http");
            case "port":
                return Port is null || value.WholeNumber() == Port
                    ? null
                    : $"the port is {Port}, and it must be {value.WholeNumber()}";
            case "sourceNamespace":
                return value.Text() == Namespace
                    ? null
                    : $"the caller is in namespace {Namespace}, and it must be in {value.Text()}";
            case "sourceLabels":
                var missing = value.Members().FirstOrDefault(l => Labels.GetValueOrDefault(l.Name) != l.Value.Text());
                return missing.Value.ValueKind == JsonValueKind.Undefined
                    ? null
                    : $"the caller has no label {missing.Name}={missing.Value.Text()}";
            case "gateways":
                return value
                    .Items()
                    .Select(g => g.Text() ?? "")
                    .Any(g => g == Gateway || Gateway.EndsWith("/" + g, StringComparison.Ordinal))
                    ? null
                    : $"it is for {string.Join(" and ", value.Items().Select(g => g.Text()))}, "
                        + (
                            Gateway == Mesh
                                ? "not for requests within the mesh"
                                : $"and this request comes through {Gateway}"
                        );
            default:
                return $"the condition {condition} is not known here";
        }
    }
}
