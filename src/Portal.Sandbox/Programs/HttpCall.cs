using System.Text;

namespace Portal.Sandbox.Programs;

/// <summary>HTTP headers: names without case, order kept, several values a name.</summary>
internal sealed class HttpHeaders
{
    private readonly List<KeyValuePair<string, string>> _items;

    public HttpHeaders() => _items = [];

    public HttpHeaders(HttpHeaders other) => _items = [.. other._items];

    public IReadOnlyList<KeyValuePair<string, string>> Items => _items;

    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _items) if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
            return null;
        }
        set
        {
            Remove(name);
            if (value is not null) Add(name, value);
        }
    }

    public void Add(string name, string value) => _items.Add(new(name, value));

    public void Remove(string name) => _items.RemoveAll(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A request between programs, or from the edge into the cluster. Bodies are whole: lessons do not stream.</summary>
/// <param name="Authority">Host header, with port unless it is 80.</param>
/// <param name="Path">Path and query.</param>
internal sealed record HttpCall(string Method, string Authority, string Path, HttpHeaders Headers, ReadOnlyMemory<byte> Body)
{
    public string Host => Authority.LastIndexOf(':') is > 0 and var i && int.TryParse(Authority.AsSpan(i + 1), out _) ? Authority[..i] : Authority;
    public int Port => Authority.LastIndexOf(':') is > 0 and var i && int.TryParse(Authority.AsSpan(i + 1), out var p) ? p : 80;
    public string PathOnly => Path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var i ? Path[..i] : Path;
    public string Query => Path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var i ? Path[(i + 1)..] : "";

    public static HttpCall Get(string authority, string path) => new("GET", authority, path, new HttpHeaders(), default);
}

/// <summary>How a connection failed before there was an HTTP answer.</summary>
internal enum ConnectionFailure { None, NameNotFound, Refused, Reset, TimedOut }

/// <summary>An answer, or a connection that failed.</summary>
/// <param name="Flags">Envoy's response flags, e.g. <c>NR</c>; "-" for none.</param>
/// <param name="Details">Envoy's response code details.</param>
internal sealed record HttpReply(int Status, HttpHeaders Headers, ReadOnlyMemory<byte> Body, string Flags = "-", string Details = "via_upstream", ConnectionFailure Failure = ConnectionFailure.None)
{
    public bool Failed => Failure != ConnectionFailure.None;
    public string Text => Encoding.UTF8.GetString(Body.Span);

    public static HttpReply Of(int status, string body, string contentType = "text/plain", string flags = "-", string details = "via_upstream")
    {
        var headers = new HttpHeaders();
        headers.Add("content-type", contentType);
        return new(status, headers, Encoding.UTF8.GetBytes(body), flags, details);
    }

    public static HttpReply Json(int status, System.Text.Json.Nodes.JsonNode body) => Of(status, Portal.Sandbox.Json.JsonExtensions.ToText(body), "application/json");

    public static HttpReply Fail(ConnectionFailure failure) => new(0, new HttpHeaders(), default, "-", "", failure);
}
