using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;

namespace Portal.Labs.Grading.Routing;

/// <summary>
/// Says why a request goes where it goes, decision by decision: what <see cref="RouteResolver"/> and
/// <see cref="GatewayRouteResolver"/> find, with their reasons. Of configuration alone, so on any cluster.
/// </summary>
internal sealed class RouteExplainer
{
    private readonly ClusterSnapshot _snapshot;
    private readonly RouteQuestion _question;
    private readonly string _host;
    private readonly int? _port;
    private readonly ImmutableArray<RouteStep>.Builder _steps = ImmutableArray.CreateBuilder<RouteStep>();

    private RouteExplainer(ClusterSnapshot snapshot, RouteQuestion question)
    {
        (_snapshot, _question) = (snapshot, question);
        var parts = question.Host.Split(':', 2);
        _host = WholeName(snapshot, parts[0].ToLowerInvariant());
        _port = parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var port) ? port : null;
    }

    public static RouteExplanation Explain(ClusterSnapshot snapshot, RouteQuestion question)
    {
        var explainer = new RouteExplainer(snapshot, question);
        if (question.Namespace is { } @namespace)
            explainer.InMesh(@namespace);
        else
            explainer.ThroughGateway();
        return new(explainer.Title(), explainer._steps.ToImmutable());
    }

    /// <summary>A caller may leave out the end of a service's name, after its namespace too.</summary>
    private static string WholeName(ClusterSnapshot snapshot, string host) =>
        host.Split('.') is [var name, var @namespace, .. var end]
        && (end is [] or ["svc"])
        && snapshot.OfKind("Service", @namespace).Any(s => s.Name == name)
            ? $"{name}.{@namespace}.svc.cluster.local"
            : host;

    private string Title()
    {
        var headers = _question
            .Headers.Where(h => !h.Key.Equals("host", StringComparison.OrdinalIgnoreCase))
            .Select(h => $"{h.Key}: {h.Value}")
            .ToList();
        var from =
            _question.Namespace is null ? "through the ingress gateway"
            : _question.Workload.Length > 0 ? $"from {_question.Workload} in {_question.Namespace}"
            : $"from a workload in {_question.Namespace}";
        var host = _question.Host == "*" ? "" : $" of {_question.Host}";
        return $"GET {_question.Path}{host} {from}{(headers.Count == 0 ? "" : ", with " + string.Join(", ", headers))}";
    }

    private void InMesh(string @namespace)
    {
        var sender = MeshPods.Of(_snapshot, @namespace, _question.Workload);
        if (_question.Workload.Length > 0 && !sender.HasProxy)
        {
            Add(
                RouteVerdict.Problem,
                $"{_question.Workload} has no sidecar",
                [
                    "VirtualServices and DestinationRules are applied by the caller's proxy, and there is none: "
                        + "Kubernetes spreads its requests over all pods of the service.",
                ]
            );
            Arrive(RouteResolver.FullName(_host, @namespace), "", 100, @namespace, sender);
            return;
        }
        var request = Request(new(@namespace, sender.Labels, RouteCaller.Mesh, _host, _port));
        var route = RouteResolver.Resolve(_snapshot, _host, @namespace, request);
        if (route.Problems.Contains(RouteProblem.GatewayOnly))
            Add(
                RouteVerdict.Problem,
                "A VirtualService names this host, but for a gateway only",
                ["Within the mesh it does not count. Add “mesh” to its spec.gateways, or leave the list out."],
                route.Objects[0],
                YamlPart.Of(route.Objects[0].Json, "spec", "gateways")
            );
        if (route.Owner is not { } owner)
        {
            Add(
                RouteVerdict.Fact,
                $"No VirtualService for {_host} within the mesh",
                ["Every version of the service may answer."]
            );
            Arrive(RouteResolver.FullName(_host, @namespace), "", 100, @namespace, sender);
            return;
        }
        Add(
            RouteVerdict.Fact,
            $"VirtualService {owner.Namespace}/{owner.Name} is in charge of {_host}",
            route.Problems.Contains(RouteProblem.SeveralOwners)
                ?
                [
                    $"Others name the host too, and only the oldest counts; not {Others(route, owner)}.",
                ]
                : [],
            owner,
            YamlPart.Of(owner.Json, "spec", "hosts")
        );
        Try(GatewayRouteResolver.Entries([owner]).OrderBy(e => e.Index), request, route);
        Follow(route, @namespace, sender);
    }

    private void ThroughGateway()
    {
        var gateway = _question.Gateway ?? GatewayOf(_host);
        if (gateway is null)
        {
            Add(
                RouteVerdict.Problem,
                "No Gateway takes this request",
                ["The ingress gateway listens for what Gateways name. Apply one whose servers have this host."]
            );
            return;
        }
        var parts = gateway.Split('/', 2);
        var found = _snapshot.OfKind("Gateway", parts[0]).FirstOrDefault(g => g.Name == parts[1]);
        if (found is not null)
            Add(
                RouteVerdict.Fact,
                $"Gateway {gateway} lets it in",
                [],
                found,
                YamlPart.Of(found.Json, "spec", "servers")
            );
        var root = MtlsPolicies.RootNamespace;
        var pods = MeshPods.OfGateway(_snapshot, found);
        var request = Request(new(pods.Namespace ?? root, pods.Labels, gateway, _host, null));
        var route = GatewayRouteResolver.Resolve(_snapshot, gateway, _host, parts[0], request);
        if (route.Objects.IsEmpty)
            Add(
                RouteVerdict.Problem,
                $"No VirtualService for this host is bound to {gateway}",
                ["The gateway answers 404. Name it in the spec.gateways of a VirtualService for this host."]
            );
        Try(GatewayRouteResolver.Entries(route.Objects), request, route);
        Follow(route, pods.Namespace ?? root, pods);
    }

    private RouteRequest Request(RouteCaller caller) =>
        new(
            _question.Path,
            "GET",
            _question
                .Headers.DistinctBy(h => h.Key, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase)
        )
        {
            Caller = caller,
        };

    private string? GatewayOf(string host) =>
        _snapshot
            .OfKind("Gateway")
            .Where(g =>
                g.Json.Find("spec", "servers")
                    .Items()
                    .SelectMany(s => s.Find("hosts").Items())
                    .Select(h => (h.Text() ?? "").Split('/')[^1])
                    .Any(h => host == "*" || RouteResolver.Covers(h, host))
            )
            .Select(g => $"{g.Namespace}/{g.Name}")
            .Order(StringComparer.Ordinal)
            // Of several the one that something is bound to.
            .OrderByDescending(id =>
                _snapshot
                    .OfKind("VirtualService")
                    .Any(v =>
                        v.Json.Find("spec", "gateways")
                            .Items()
                            .Any(g =>
                                g.Text() == id || (v.Namespace == id.Split('/')[0] && g.Text() == id.Split('/')[1])
                            )
                    )
            )
            .FirstOrDefault();

    /// <summary>The entries one by one, up to and after the one that takes the request.</summary>
    private void Try(
        IEnumerable<(ClusterObject Owner, JsonElement Entry, int Index)> entries,
        RouteRequest request,
        EffectiveRoute route
    )
    {
        var taken = false;
        foreach (var (owner, entry, index) in entries)
        {
            var title =
                $"{owner.Name}: spec.http[{index}]{(entry.Find("name").Text() is { } name ? $" “{name}”" : "")}";
            var takes = !taken && owner == route.Owner && index == route.EntryIndex;
            var matches = entry.Find("match").Items().ToList();
            var (verdict, details) =
                taken ? (RouteVerdict.NotReached, ["The request was taken before."])
                : !takes
                    ? (
                        RouteVerdict.NotTaken,
                        [.. matches.Select((m, i) => Because(matches.Count, i, request.Obstacle(m)))]
                    )
                : matches.Count == 0
                    ? (RouteVerdict.Taken, ["It has no match, so it takes every request that comes this far."])
                : (
                    RouteVerdict.Taken,
                    ImmutableArray.Create(Holds(matches.Count, matches.FindIndex(m => request.Obstacle(m) is null)))
                );
            Add(
                verdict,
                title,
                details,
                owner,
                YamlPart.Of(owner.Json, "spec", "http", index.ToString(CultureInfo.InvariantCulture))
            );
            taken |= takes;
        }
        if (route.Objects.Length > 0 && !taken)
            Add(
                RouteVerdict.Problem,
                "No entry takes the request",
                ["The proxy answers 404. An entry without a match, last in the list, takes what is left."]
            );
    }

    private static string Because(int count, int index, string? obstacle) =>
        $"{(count == 1 ? "" : $"Match {index + 1}: ")}{obstacle}.";

    private static string Holds(int count, int index) =>
        count == 1
            ? "Every condition of its match holds."
            : $"Every condition of match {index + 1} of {count} holds; one match is enough.";

    /// <summary>From the entry that took the request to the pods.</summary>
    private void Follow(EffectiveRoute route, string @namespace, MeshPods sender)
    {
        if (route.EntryIndex < 0 || route.Owner is not { } owner)
            return;
        var extras = RouteRows.Extras(route.Entry).ToImmutableArray();
        if (extras.Length > 0)
            Add(RouteVerdict.Fact, "On the way: " + string.Join(", ", extras), []);
        if (route.Problems.Contains(RouteProblem.WeightsNot100))
            Add(RouteVerdict.Problem, "The weights do not add up to 100", ["They are shares of their sum."]);
        var total = route.Entry.Find("route").Items().Sum(r => Math.Max(0, r.Find("weight").WholeNumber()));
        var destinations = route.Entry.Find("route").Items().ToList();
        foreach (var destination in destinations)
        {
            var weight = Math.Max(0, destination.Find("weight").WholeNumber());
            var percent =
                destinations.Count == 1 ? 100
                : total == 0 ? 0
                : 100.0 * weight / total;
            if (percent <= 0)
                continue;
            var host = RouteResolver.FullName(destination.Find("destination", "host").Text() ?? "", owner.Namespace);
            Arrive(host, destination.Find("destination", "subset").Text() ?? "", percent, @namespace, sender);
        }
    }

    private void Arrive(string host, string subset, double percent, string @namespace, MeshPods sender) =>
        _steps.AddRange(RouteArrival.Explain(_snapshot, host, subset, percent, @namespace, sender));

    private void Add(
        RouteVerdict verdict,
        string title,
        ImmutableArray<string> details,
        ClusterObject? by = null,
        YamlLines? lines = null
    ) => _steps.Add(new(verdict, title, details, by?.Key, lines));

    private static string Others(EffectiveRoute route, ClusterObject owner) =>
        string.Join(
            ", ",
            route.Objects.Where(o => o.Kind == "VirtualService" && o != owner).Select(o => $"{o.Namespace}/{o.Name}")
        );
}
