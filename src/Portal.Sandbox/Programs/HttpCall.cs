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

    /// <summary>Bytes on the wire, about.</summary>
    public int Size
    {
        get
        {
            var size = 0;
            foreach (var (name, value) in _items) size += name.Length + value.Length;
            return size;
        }
    }

    public void Add(string name, string value) => _items.Add(new(name, value));

    public void Remove(string name) => _items.RemoveAll(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What a client says when it opens a TLS connection.</summary>
/// <param name="ServerName">The name that it asks for (SNI); empty for an address.</param>
/// <param name="Insecure">Whether it takes any certificate.</param>
/// <param name="Authority">The certificates that it trusts, in PEM; null for those of the system.</param>
/// <param name="Certificate">The certificate that it shows, in PEM; null for none.</param>
internal sealed record TlsClient(string ServerName, bool Insecure = true, string? Authority = null, string? Certificate = null);

/// <summary>
/// A request between programs, or from the edge into the cluster: a connection and what is sent on it. Bodies are whole:
/// lessons do not stream.
/// </summary>
/// <param name="Authority">Host header, with port unless it is the scheme's own.</param>
/// <param name="Path">Path and query.</param>
internal sealed record HttpCall(string Method, string Authority, string Path, HttpHeaders Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Where the client connects to, when that is not the authority: name or address, with a port.</summary>
    public string? Dial { get; init; }

    /// <summary>Set while the bytes on the wire are TLS of the client's own, which proxies on the way cannot read.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>Whether this is not HTTP: <see cref="Body"/> is all that is sent.</summary>
    public bool Raw { get; init; }

    /// <summary>Where the connection came from; null for callers outside the cluster.</summary>
    public PodInstance? Source { get; init; }

    /// <summary>Whether the source proved who it is by the mesh's TLS.</summary>
    public bool Mutual { get; init; }

    /// <summary>The name in a TLS handshake that has ended here: the mesh's own, or a client's at a gateway.</summary>
    public string? ServerName { get; init; }

    /// <summary>How many proxies and servers have passed this on.</summary>
    public int Hops { get; init; }

    public string Host => HostOf(Authority);
    public string TargetHost => HostOf(Dial ?? Authority);
    public int TargetPort => PortOf(Dial ?? Authority, Tls is null ? 80 : 443);
    public string PathOnly => Path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var i ? Path[..i] : Path;
    public string Query => Path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var i ? Path[(i + 1)..] : "";

    /// <summary>Whether a proxy can read this as HTTP.</summary>
    public bool IsPlainHttp => Tls is null && !Raw;

    public static HttpCall Get(string authority, string path) => new("GET", authority, path, new HttpHeaders(), default);

    private static string HostOf(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > 0 && IsNumber(authority.AsSpan(colon + 1)) ? authority[..colon] : authority;
    }

    private static int PortOf(string authority, int fallback)
    {
        var colon = authority.LastIndexOf(':');
        return colon > 0 && int.TryParse(authority.AsSpan(colon + 1), out var port) ? port : fallback;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
}

/// <summary>How a connection failed before there was an answer.</summary>
internal enum ConnectionFailure
{
    None,
    NameNotFound,
    Refused,
    Reset,
    TimedOut,

    /// <summary>The other side does not speak TLS, or speaks TLS and got plain bytes.</summary>
    TlsMismatch,

    /// <summary>The TLS handshake was refused: no such name, no certificate, or one that is not trusted.</summary>
    TlsRefused,
}

/// <summary>An answer, or a connection that failed.</summary>
/// <param name="Flags">Envoy's response flags, e.g. <c>NR</c>; "-" for none.</param>
/// <param name="Details">Envoy's response code details.</param>
internal sealed record HttpReply(int Status, HttpHeaders Headers, ReadOnlyMemory<byte> Body, string Flags = "-", string Details = HttpReply.ViaUpstream, ConnectionFailure Failure = ConnectionFailure.None)
{
    /// <summary>The details of an answer that a server gave, not a proxy in its place.</summary>
    public const string ViaUpstream = "via_upstream";

    public bool Failed => Failure != ConnectionFailure.None;
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>What the server showed in the TLS handshake with the client, in PEM; null without.</summary>
    public string? Certificate { get; init; }

    public static HttpReply Of(int status, string body, string contentType = "text/plain", string flags = "-", string details = HttpReply.ViaUpstream)
    {
        var headers = new HttpHeaders();
        if (body.Length > 0) headers.Add("content-type", contentType);
        return new(status, headers, Encoding.UTF8.GetBytes(body), flags, details);
    }

    public static HttpReply Json(int status, System.Text.Json.Nodes.JsonNode body) => Of(status, Portal.Sandbox.Json.JsonExtensions.ToText(body), "application/json");

    /// <summary>The bytes that a server that does not speak HTTP sent back.</summary>
    public static HttpReply Bytes(ReadOnlyMemory<byte> body) => new(0, new HttpHeaders(), body, "-", "-");

    public static HttpReply Fail(ConnectionFailure failure) => new(0, new HttpHeaders(), default, "-", "", failure);
}
