using System.Buffers;
using System.Collections.Immutable;

namespace Portal.Labs.Traffic;

/// <summary>Requests that a learner wants to be sent through the mesh, all the same.</summary>
/// <param name="Namespace">Of the workload that sends; null for the ingress gateway.</param>
/// <param name="Workload">The workload whose pod sends; empty for the ingress gateway.</param>
/// <param name="Target">A path for the ingress gateway, a URL for a workload.</param>
/// <param name="Count">1 to <see cref="Most"/>.</param>
public sealed record TrafficOrder(
    string? Namespace,
    string Workload,
    string Target,
    ImmutableArray<KeyValuePair<string, string>> Headers,
    int Count = 1
)
{
    public const int Most = 100;
    private const int MaxText = 2000;
    private const int MaxHeaders = 20;

    private static readonly SearchValues<char> s_name = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
    );

    /// <summary>
    /// Headers that the API server, through which the gateway is reached, takes for its own or sets itself.
    /// </summary>
    private static readonly ImmutableArray<string> s_servers =
        ["authorization", "impersonate-", "connection", "upgrade", "transfer-encoding", "content-length", "te"];

    public bool IsIngress => Namespace is null;

    /// <summary>
    /// The order as it is sent. What leads out of the gateway (<c>/../</c>) is resolved before: the path goes to the
    /// API server, of which nothing else may be reached.
    /// </summary>
    /// <exception cref="Sessions.RunRefusedException">It cannot be sent; the message says what to change.</exception>
    public TrafficOrder Checked()
    {
        if (Count is < 1 or > Most) throw Refused($"Send 1 to {Most} requests at a time; this says {Count}.");
        var target = Target.Trim();
        if (target.Length > MaxText) throw Refused($"The address is too long; {MaxText} characters are the limit.");
        if (Headers.Length > MaxHeaders) throw Refused($"Too many headers; {MaxHeaders} are the limit.");
        foreach (var (name, value) in Headers) CheckHeader(name, value);
        return this with { Target = IsIngress ? PathOf(target) : UrlOf(target) };
    }

    private static string PathOf(string target)
    {
        if (!target.StartsWith('/') || !Uri.TryCreate("http://gateway" + target, UriKind.Absolute, out var uri))
            throw Refused("The gateway takes a path that begins with “/”, such as /productpage.");
        return uri.PathAndQuery;
    }

    private static string UrlOf(string target)
    {
        if (
            !Uri.TryCreate(target, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https")
            || uri.Host.Length == 0
        )
            throw Refused("A workload asks for a whole address, such as http://reviews:9080/reviews/0.");
        return uri.AbsoluteUri;
    }

    private void CheckHeader(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(s_name))
            throw Refused($"“{name}” is no name of a header: letters, digits and hyphens, before a colon.");
        if (value.Length > MaxText || value.Any(char.IsControl))
            throw Refused($"The value of the header {name} is too long or has characters that cannot be sent.");
        if (IsIngress && s_servers.Any(s => IsOne(name, s)))
            throw Refused(
                $"On the way to the gateway the API server keeps the header {name} for itself. Send it from a workload."
            );
    }

    /// <param name="known">A name, or the beginning of names when it ends with a hyphen.</param>
    private static bool IsOne(string name, string known) =>
        name.StartsWith(known, StringComparison.OrdinalIgnoreCase) && (known[^1] == '-' || known.Length == name.Length);

    private static Sessions.RunRefusedException Refused(string message) => new(message);
}
