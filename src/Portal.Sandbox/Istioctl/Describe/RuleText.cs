using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Describe;

/// <summary>What a description says of DestinationRules and VirtualServices: what of them reaches the pods.</summary>
/// <param name="indent">Deeper for services with several ports.</param>
internal sealed class RuleText(StringBuilder text, DescribeNames names, string indent)
{
    private string One => indent + "   ";
    private string Two => indent + "      ";

    public void DestinationRule(MeshObject rule, IReadOnlyList<IReadOnlyDictionary<string, string>> pods)
    {
        text.Append($"{indent}DestinationRule: {names.Of(rule.Name, rule.Namespace)} for \"{rule.Spec.Str("host")}\"\n");
        var (matching, others) = Subsets(rule, pods);
        if (matching.Count + others.Count > 0)
        {
            if (matching.Count == 0) text.Append($"{One}WARNING POD DOES NOT MATCH ANY SUBSETS.  (Non matching subsets {string.Join(',', others)})\n");
            text.Append($"{One}Matching subsets: {string.Join(',', matching)}\n");
            if (others.Count > 0) text.Append($"{Two}(Non-matching subsets {string.Join(',', others)})\n");
        }
        if (rule.Spec.Obj("trafficPolicy") is not { } policy)
        {
            text.Append($"{One}No Traffic Policy\n");
            return;
        }
        if (policy.Obj("tls") is { } tls) text.Append($"{One}Traffic Policy TLS Mode: {tls.Str("mode") ?? "DISABLE"}\n");
        if (Policies(policy) is { } kinds) text.Append($"{One}{kinds}\n");
        if (policy.Arr("portLevelSettings") is not { Count: > 0 }) return;
        text.Append($"{One}Port Level Settings:\n");
        foreach (var port in policy.Objects("portLevelSettings"))
        {
            text.Append(CultureInfo.InvariantCulture, $"    {port.Num("port", "number")}:\n");
            if (port.Obj("tls") is { } own) text.Append($"{Two}TLS Mode: {own.Str("mode") ?? "DISABLE"}\n");
            if (Policies(port) is { } ownKinds) text.Append($"{Two}{ownKinds}\n");
        }
    }

    public void VirtualService(MeshObject vs, MeshService service, MeshObject? rule, IReadOnlyList<IReadOnlyDictionary<string, string>> pods)
    {
        text.Append($"{indent}VirtualService: {names.Of(vs.Name, vs.Namespace)}\n");
        var subsets = rule is null ? ([], []) : Subsets(rule, pods);
        var (http, tcp) = (vs.Spec.Objects("http").ToList(), vs.Spec.Objects("tcp").ToList());
        var (matches, facts, misses) = (0, 0, new List<string>());
        foreach (var (reaches, notes) in http.Select(r => Http(r, vs, service, rule, subsets)).Concat(tcp.Select(r => Tcp(r, vs, service))))
        {
            if (!reaches)
            {
                misses.AddRange(notes);
                continue;
            }
            matches++;
            facts += notes.Count;
            foreach (var note in notes) text.Append(One).Append(note).Append('\n');
        }
        var possible = http.Count + vs.Spec.Objects("tls").Count() + tcp.Count;
        if (matches == 0)
        {
            if (http.Count > 0) text.Append(CultureInfo.InvariantCulture, $"{One}WARNING: No destinations match pod subsets (checked {http.Count} HTTP routes)\n");
            if (tcp.Count > 0) text.Append(CultureInfo.InvariantCulture, $"{One}WARNING: No destinations match pod subsets (checked {tcp.Count} TCP routes)\n");
            foreach (var miss in misses) text.Append(Two).Append(miss).Append('\n');
        }
        else if (matches < possible)
        {
            text.Append(CultureInfo.InvariantCulture, $"{One}{possible - matches} additional destination(s) that will not reach this pod\n");
            // A catch-all, of which there is nothing else to say.
            if (facts == 0) foreach (var miss in misses) text.Append(Two).Append(miss).Append('\n');
        }
        else if (facts == 0)
        {
            if (http.Count > 0) text.Append(CultureInfo.InvariantCulture, $"{One}{http.Count} HTTP route(s)\n");
            if (tcp.Count > 0) text.Append(CultureInfo.InvariantCulture, $"{One}{tcp.Count} TCP route(s)\n");
        }
    }

    private (bool Reaches, List<string> Notes) Http(JsonObject route, MeshObject vs, MeshService service, MeshObject? rule, (List<string> Matching, List<string> Others) subsets)
    {
        var (reaches, facts, misses) = (false, new List<string>(), new List<string>());
        foreach (var destination in route.Objects("route"))
        {
            var host = destination.Str("destination", "host") ?? "";
            var subset = destination.Str("destination", "subset") ?? "";
            var weight = destination.Int(0, "weight").ToString(CultureInfo.InvariantCulture);
            if (MeshConfig.Qualify(host, vs.Namespace) != service.Host)
            {
                facts.Add(subset.Length == 0 ? $"Route to host \"{host}\" with weight {weight}%" : $"Route to {host} with invalid config");
                continue;
            }
            if (subset.Length > 0 && subsets.Others.Contains(subset)) misses.Add($"Route to non-matching subset {subset} for ({Matches(route)})");
            else if (subset.Length > 0 && !subsets.Matching.Contains(subset))
                misses.Add(rule is null ? $"Warning: Route to subset {subset} but NO DESTINATION RULE defining subsets!" : $"Warning: Route to UNKNOWN subset {subset}; check DestinationRule {names.Of(rule.Name, rule.Namespace)}");
            else
            {
                reaches = true;
                if (weight != "0") facts.Add($"Route to host \"{host}\"{(subset.Length > 0 ? $" subset \"{subset}\"" : "")} with weight {weight}%");
            }
        }
        if (!reaches) return (false, [.. facts, .. misses]);
        List<string> conditions = [.. route.Obj("fault") is { } fault ? [$"Fault injection {ProtoText.Fault(fault)}"] : Array.Empty<string>(), .. route.Objects("match").Select(Match)];
        if (conditions.Count > 0) facts.Add(string.Join(", ", conditions));
        return (true, facts);
    }

    private static (bool Reaches, List<string> Notes) Tcp(JsonObject route, MeshObject vs, MeshService service) => route.Objects("route").Any(d => MeshConfig.Qualify(d.Str("destination", "host") ?? "", vs.Namespace) == service.Host)
        ? (true, [.. route.Objects("match").Select(m => m.Num("port") is { } port ? string.Create(CultureInfo.InvariantCulture, $"port:{port}") : m.ToText())]) : (false, []);

    private static string Matches(JsonObject route) => route.Arr("match") is { Count: > 0 } ? string.Join(", ", route.Objects("match").Select(Match)) : "everything";

    private static string Match(JsonObject match)
    {
        var shown = "Match: ";
        if (match.Obj("uri") is { } uri) shown += Text(uri) + (match.Flag("ignoreUriCase") == true ? " uncased" : "");
        if (match.Obj("headers") is { Count: > 0 } headers) shown += " when headers are " + string.Join("; ", headers.Select(h => $"{h.Key}={Text(h.Value.Obj() ?? [])}"));
        return shown.Trim();
    }

    private static string Text(JsonObject match) => match.Str("exact") ?? (match.Str("prefix") is { } prefix ? prefix + "*" : match.Str("regex") is { } regex ? $"regex:\"{regex}\"" : "");

    private static (List<string> Matching, List<string> Others) Subsets(MeshObject rule, IReadOnlyList<IReadOnlyDictionary<string, string>> pods)
    {
        var all = rule.Spec.Objects("subsets").ToLookup(s => pods.Any(p => Selectors.Matches(new JsonObject { ["matchLabels"] = s.Obj("labels")?.DeepClone() }, p)), s => s.Str("name") ?? "");
        return ([.. all[true]], [.. all[false]]);
    }

    private static string? Policies(JsonObject policy)
    {
        var kinds = new[] { ("loadBalancer", "load balancer"), ("connectionPool", "connection pool"), ("outlierDetection", "outlier detection") }.Where(k => policy.Obj(k.Item1) is not null).Select(k => k.Item2).ToList();
        return kinds.Count == 0 ? null : "Policies: " + string.Join('/', kinds);
    }
}
