using System.Collections.Immutable;
using Portal.Clusters.Watching;

namespace Portal.Labs.Traffic;

/// <summary>A request whose way through the mesh is asked for.</summary>
/// <param name="Host">The host as the caller writes it, with its port if there is one.</param>
/// <param name="Namespace">Of the workload that sends; null for the ingress gateway.</param>
/// <param name="Workload">The workload that sends; empty for any workload of the namespace.</param>
/// <param name="Gateway">The Gateway that it comes in through, as <c>namespace/name</c>; null within the mesh, and for
/// any gateway that takes the host.</param>
public sealed record RouteQuestion(
    string Host,
    string? Namespace,
    string Workload,
    string Path,
    ImmutableArray<KeyValuePair<string, string>> Headers,
    string? Gateway = null
)
{
    /// <summary>The question about requests that were sent.</summary>
    public static RouteQuestion About(TrafficOrder order)
    {
        if (order.IsIngress)
        {
            var host = order
                .Headers.FirstOrDefault(h => h.Key.Equals("host", StringComparison.OrdinalIgnoreCase))
                .Value;
            return new(host ?? "*", null, "", order.Target, order.Headers);
        }
        var uri = new Uri(order.Target);
        return new($"{uri.Host}:{uri.Port}", order.Namespace, order.Workload, uri.PathAndQuery, order.Headers);
    }
}

/// <summary>Why a request goes where it goes, by the configuration of the cluster.</summary>
/// <param name="Title">The request in words.</param>
/// <param name="Steps">In the order in which the proxy decides.</param>
public sealed record RouteExplanation(string Title, ImmutableArray<RouteStep> Steps);

public enum RouteVerdict
{
    /// <summary>What it says holds, and nothing is decided by it.</summary>
    Fact,

    /// <summary>The request is taken here.</summary>
    Taken,

    /// <summary>It was tried and does not take the request.</summary>
    NotTaken,

    /// <summary>It is never tried for this request.</summary>
    NotReached,

    /// <summary>A mistake, or something that ends the request.</summary>
    Problem,
}

/// <summary>One decision on the way.</summary>
/// <param name="Details">More sentences.</param>
/// <param name="Source">The object that causes it, or null.</param>
/// <param name="Lines">Its YAML lines that do.</param>
public sealed record RouteStep(
    RouteVerdict Verdict,
    string Title,
    ImmutableArray<string> Details,
    ClusterObjectKey? Source = null,
    YamlLines? Lines = null
);

/// <summary>A part of an object's YAML as <c>kubectl get -o yaml</c> prints it.</summary>
/// <param name="First">Number of its first line, from 1.</param>
public sealed record YamlLines(int First, string Text);
