using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>What happens to a request on its way: CORS, faults, retries.</summary>
internal static class HttpFilterRules
{
    private static readonly HashSet<string> s_methods = [.. "GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE *".Split(' ')];

    private static readonly HashSet<string> s_retryOn =
    [
        .. ("5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure"
            + " cancelled deadline-exceeded internal resource-exhausted unavailable").Split(' '),
    ];

    private static readonly HashSet<string> s_grpcStatus =
    [
        .. ("OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED").Split(' '),
    ];

    /// <summary>Codes that have a name in HTTP.</summary>
    private static readonly HashSet<int> s_httpStatus =
    [
        .. Enumerable.Range(100, 4), .. Enumerable.Range(200, 9), 226, .. Enumerable.Range(300, 6), 307, 308, .. Enumerable.Range(400, 19), .. Enumerable.Range(421, 6), 428, 429, 431, 451, .. Enumerable.Range(500, 9), 510, 511,
    ];

    public static void Cors(JsonObject? policy, Findings f)
    {
        if (policy is null) return;
        foreach (var origin in policy.Objects("allowOrigins"))
        {
            if (string.IsNullOrEmpty(origin.Str("exact") ?? origin.Str("prefix") ?? origin.Str("regex"))) f.Error("'' is not a valid match type for CORS allow origins");
            else f.Error(HttpMatchRules.Pattern(origin, "corsPolicy.allowOrigins"));
        }
        foreach (var method in policy.Strings("allowMethods"))
        {
            if (!s_methods.Contains(method)) f.Error($"{GoText.Quote(method)} is not a supported HTTP method");
        }
        foreach (var name in policy.Strings("allowHeaders").Concat(policy.Strings("exposeHeaders"))) f.Error(HeaderRules.Cors(name));
        if (DurationRules.Read(policy, "maxAge", f) is not { } maxAge) return;
        f.Error(DurationRules.Problem(maxAge));
        if (maxAge % 1_000_000_000 > 0) f.ListError("max_age duration is accurate only to seconds precision");
    }

    public static void Fault(JsonObject? fault, Findings f)
    {
        if (fault is null) return;
        var (abort, delay) = (fault.Obj("abort"), fault.Obj("delay"));
        if (abort is null && delay is null) f.ListError("HTTP fault injection must have an abort and/or a delay");
        if (abort is not null)
        {
            f.Error(Percentage(abort));
            if (abort.Str("grpcStatus") is { } grpc && !s_grpcStatus.Contains(grpc))
                f.Error($"gRPC status {GoText.Quote(grpc)} is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'");
            if (abort["http2Error"] is not null) f.Error("HTTP/2 abort fault injection not supported yet");
            if (abort.Num("httpStatus") is { } status) f.Error(Status(status));
        }
        if (delay is null) return;
        f.Error(Percentage(delay));
        DurationRules.Check(delay, "fixedDelay", f);
        if (delay["exponentialDelay"] is null) return;
        DurationRules.Check(delay, "exponentialDelay", f);
        f.ListError("exponentialDelay not supported yet");
    }

    public static string? Status(long status) => status is < 200 or > 600 ? $"HTTP status {status} is not in range 200-599" : null;

    private static string? Percentage(JsonObject fault) =>
        fault.Real("percentage", "value") is { } value and not (0 or (>= 0.0001 and <= 100)) ? $"percentage {GoText.Float(value)} is neither 0.0, nor in range [0.0001, 100.0]" : null;

    public static void Retries(JsonObject? retries, Findings f)
    {
        if (retries is null) return;
        var attempts = retries.Num("attempts") ?? 0;
        if (attempts < 0) f.ListError("attempts cannot be negative");
        var retryOn = retries.Str("retryOn") ?? "";
        if (attempts == 0 && (retries["perTryTimeout"] is not null || retryOn.Length > 0 || retries["retryRemoteLocalities"] is not null)) f.Error("http retry policy configured when attempts are set to 0 (disabled)");
        DurationRules.Check(retries, "perTryTimeout", f);
        foreach (var policy in retryOn.Length > 0 ? retryOn.Split(',') : [])
        {
            var isStatus = int.TryParse(policy, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code) && s_httpStatus.Contains(code);
            if (!isStatus && !s_retryOn.Contains(policy)) f.Error($"{GoText.Quote(policy)} is not a valid retryOn policy");
        }
        DurationRules.Check(retries, "backoff", f);
    }
}
