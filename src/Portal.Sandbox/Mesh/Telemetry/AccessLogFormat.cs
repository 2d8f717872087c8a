using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>One request or connection as an access log tells of it.</summary>
internal readonly record struct LogEntry(ContainerInstance Proxy, DateTimeOffset Start, HttpCall Call, HttpReply Reply, TimeSpan Duration, LoggedConnection Connection)
{
    public bool IsHttp => Call.IsPlainHttp && Reply.Status != 0;
}

/// <summary>
/// A format of access log lines that the mesh's configuration gives: a text, or the values of a JSON object, with Envoy's command operators.
/// Source: Envoy, "Access logging: format strings" and "format dictionaries".
/// </summary>
internal sealed class AccessLogFormat
{
    /// <summary>The keys that Istio writes when only the encoding is JSON.</summary>
    private static readonly JsonObject s_keys = new()
    {
        ["authority"] = "%REQ(:AUTHORITY)%", ["bytes_received"] = "%BYTES_RECEIVED%", ["bytes_sent"] = "%BYTES_SENT%", ["connection_termination_details"] = "%CONNECTION_TERMINATION_DETAILS%",
        ["downstream_local_address"] = "%DOWNSTREAM_LOCAL_ADDRESS%", ["downstream_remote_address"] = "%DOWNSTREAM_REMOTE_ADDRESS%", ["duration"] = "%DURATION%", ["method"] = "%REQ(:METHOD)%",
        ["path"] = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", ["protocol"] = "%PROTOCOL%", ["request_id"] = "%REQ(X-REQUEST-ID)%", ["requested_server_name"] = "%REQUESTED_SERVER_NAME%", ["response_code"] = "%RESPONSE_CODE%",
        ["response_code_details"] = "%RESPONSE_CODE_DETAILS%", ["response_flags"] = "%RESPONSE_FLAGS%", ["route_name"] = "%ROUTE_NAME%", ["start_time"] = "%START_TIME%", ["upstream_cluster"] = "%UPSTREAM_CLUSTER_RAW%",
        ["upstream_host"] = "%UPSTREAM_HOST%", ["upstream_local_address"] = "%UPSTREAM_LOCAL_ADDRESS%", ["upstream_service_time"] = "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
        ["upstream_transport_failure_reason"] = "%UPSTREAM_TRANSPORT_FAILURE_REASON%", ["user_agent"] = "%REQ(USER-AGENT)%", ["x_forwarded_for"] = "%REQ(X-FORWARDED-FOR)%",
    };

    /// <summary>A piece of a format: text as it is, or an operator with what stands in its brackets.</summary>
    private sealed record Part(string Text, bool IsOperator = false, string Argument = "", int MaxLength = int.MaxValue);

    private readonly Part[]? _line;
    private readonly List<(string Key, Part[] Parts)>? _keys;

    private AccessLogFormat(Part[]? line, List<(string, Part[])>? keys) => (_line, _keys) = (line, keys);

    /// <summary>What <c>accessLogEncoding</c> and <c>accessLogFormat</c> say; null for Istio's own text.</summary>
    public static AccessLogFormat? OfMesh(JsonObject? mesh)
    {
        var format = mesh.Str("accessLogFormat");
        if (mesh.Str("accessLogEncoding") != "JSON") return string.IsNullOrEmpty(format) ? null : OfText(format);
        if (string.IsNullOrEmpty(format)) return OfKeys(s_keys);
        try
        {
            return OfKeys(JsonNode.Parse(format) as JsonObject ?? s_keys);
        }
        catch (JsonException)
        {
            // istiod too falls back to its own keys.
            return OfKeys(s_keys);
        }
    }

    /// <summary>What the <c>logFormat</c> of a provider says; null for Istio's own text.</summary>
    public static AccessLogFormat? OfProvider(JsonObject? file) =>
        file.Obj("logFormat", "labels") is { } labels ? OfKeys(labels.Count > 0 ? labels : s_keys) : file.Str("logFormat", "text") is { Length: > 0 } text ? OfText(text) : null;

    public string Render(in LogEntry entry)
    {
        if (_keys is null) return Line(_line!, entry).TrimEnd('\n');
        var o = new JsonObject();
        foreach (var (key, parts) in _keys) o[key] = parts is [{ IsOperator: true } only] ? Value(only, entry) : JsonValue.Create(Line(parts, entry));
        return o.ToText();
    }

    private static AccessLogFormat OfText(string text) => new(Parse(text), null);

    // Envoy writes keys in order.
    private static AccessLogFormat OfKeys(JsonObject keys) => new(null, [.. keys.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, Parse(k.Value.Str() ?? k.Value?.ToJsonString() ?? "")))]);

    private static Part[] Parse(string format)
    {
        var parts = new List<Part>();
        for (var at = 0; at < format.Length;)
        {
            var open = format.IndexOf('%', at);
            var close = open < 0 ? -1 : format.IndexOf('%', open + 1);
            // A format in brackets may hold percent signs itself.
            if (close > 0 && format.AsSpan(open, close - open) is var piece && piece.Contains('(') && !piece.Contains(')') && format.IndexOf(")%", open, StringComparison.Ordinal) is > 0 and var bracket) close = bracket + 1;
            if (close < 0)
            {
                parts.Add(new(format[at..]));
                break;
            }
            if (open > at) parts.Add(new(format[at..open]));
            parts.Add(Operator(format[(open + 1)..close]));
            at = close + 1;
        }
        return [.. parts];
    }

    private static Part Operator(string text)
    {
        if (text.Length == 0) return new("%");
        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        var end = text.LastIndexOf(')');
        var length = int.TryParse(text.AsSpan(text.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && text.LastIndexOf(':') > end ? n : int.MaxValue;
        return bracket < 0 || end < bracket ? new(text.Split(':')[0], true, "", length) : new(text[..bracket], true, text[(bracket + 1)..end], length);
    }

    private static string Line(Part[] parts, in LogEntry entry)
    {
        var line = new StringBuilder();
        foreach (var part in parts) line.Append(part.IsOperator ? Value(part, entry)?.ToString() ?? "-" : part.Text);
        return line.ToString();
    }

    /// <summary>What an operator stands for; null where the request has no such thing.</summary>
    private static JsonValue? Value(Part part, in LogEntry e)
    {
        switch (part.Text)
        {
            case "BYTES_RECEIVED": return JsonValue.Create(e.Call.Body.Length);
            case "BYTES_SENT": return JsonValue.Create(e.Reply.Body.Length);
            case "DURATION" or "RESPONSE_DURATION": return JsonValue.Create((long)e.Duration.TotalMilliseconds);
            case "RESPONSE_CODE": return JsonValue.Create(e.IsHttp ? e.Reply.Status : 0);
            // Envoy's mark for "no flags" is a text of its own.
            case "RESPONSE_FLAGS": return JsonValue.Create(e.Reply.Flags);
        }
        var c = e.Connection;
        var text = part.Text switch
        {
            "START_TIME" => e.Start.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            "REQ" => e.IsHttp ? Header(part.Argument, e.Call.Headers, e.Call) : null,
            "RESP" => e.IsHttp ? Header(part.Argument, e.Reply.Headers, null) : null,
            "PROTOCOL" => e.IsHttp ? "HTTP/1.1" : null,
            "RESPONSE_CODE_DETAILS" => e.IsHttp ? e.Reply.Details : null,
            "UPSTREAM_HOST" => c.UpstreamHost,
            "UPSTREAM_CLUSTER" or "UPSTREAM_CLUSTER_RAW" => c.Cluster,
            "UPSTREAM_LOCAL_ADDRESS" => c.UpstreamLocal,
            "DOWNSTREAM_LOCAL_ADDRESS" => c.Local,
            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" => WithoutPort(c.Local),
            "DOWNSTREAM_REMOTE_ADDRESS" or "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" => c.Remote,
            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" or "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" => WithoutPort(c.Remote),
            "REQUESTED_SERVER_NAME" => c.ServerName,
            "ROUTE_NAME" => c.Route,
            "HOSTNAME" => e.Proxy.Pod.Name,
            _ => null,
        };
        if (text is null or "-") return null;
        return JsonValue.Create(text.Length > part.MaxLength ? text[..part.MaxLength] : text);
    }

    /// <summary><c>NAME?OTHER</c>: the second where the first is missing.</summary>
    private static string? Header(string names, HttpHeaders headers, HttpCall? call)
    {
        foreach (var name in names.Split('?'))
        {
            var value = (name.ToLowerInvariant(), call) switch
            {
                (":method", not null) => call.Method,
                (":path", not null) => call.Path,
                (":authority", not null) => call.Authority,
                (":scheme", not null) => "http",
                _ => headers[name],
            };
            if (value is not null) return value;
        }
        return null;
    }

    private static string WithoutPort(string address) => address.LastIndexOf(':') is > 0 and var i ? address[..i] : address;
}
