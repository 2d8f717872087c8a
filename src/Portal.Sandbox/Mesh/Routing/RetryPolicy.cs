using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>When and how often a proxy tries again.</summary>
/// <param name="RetryOn">The conditions as the proxy holds them.</param>
internal sealed record RetryPolicy(int Attempts, TimeSpan? PerTry, string RetryOn, bool IgnorePreviousHosts, TimeSpan BackOff)
{
    /// <summary>What Istio asks for where a rule does not say (from 1.24 on without 503).</summary>
    public const string DefaultConditions = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";

    private static readonly TimeSpan s_backOff = TimeSpan.FromMilliseconds(25);

    private readonly string[] _conditions = RetryOn.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static RetryPolicy Default { get; } = new(2, null, DefaultConditions, true, s_backOff);
    public static RetryPolicy None { get; } = new(0, null, "", true, s_backOff);

    public static RetryPolicy Of(JsonObject? retries, RetryPolicy fallback)
    {
        if (retries is null) return fallback;
        // Zero, said or not, switches retries off.
        var attempts = retries.Int(0, "attempts");
        if (attempts <= 0) return None;
        return new(
            attempts,
            EnvoyDuration.Parse(retries.Str("perTryTimeout")),
            retries.Str("retryOn") is { Length: > 0 } on ? on : DefaultConditions,
            retries.Flag("retryIgnorePreviousHosts") != false,
            EnvoyDuration.Parse(retries.Str("backoff")) is { } backOff && backOff > TimeSpan.Zero ? backOff : s_backOff);
    }

    /// <summary>Whether an answer is worth another try. What the proxy itself refused (overflow, no host) is not.</summary>
    public bool Covers(HttpReply reply)
    {
        if (reply.Flags is "UH" or "UO" || reply.Headers["x-envoy-overloaded"] is not null) return false;
        foreach (var condition in _conditions) if (Meets(condition, reply)) return true;
        return false;
    }

    /// <summary>How long to wait before the next try: exponential with jitter, at most ten times the base.</summary>
    public TimeSpan Wait(int attempt) => Random.Shared.NextDouble() * Math.Min(BackOff.TotalMilliseconds * Math.Pow(2, attempt - 1), BackOff.TotalMilliseconds * 10) is var ms ? TimeSpan.FromMilliseconds(ms) : default;

    private static bool Meets(string condition, HttpReply reply) => condition switch
    {
        "5xx" => reply.Failed || reply.Status >= 500,
        "gateway-error" => reply.Failed || reply.Status is 502 or 503 or 504,
        "reset" => reply.Failed || reply.Flags == "UT",
        "reset-before-request" => reply.Failed,
        "connect-failure" or "refused-stream" => reply.Failure is ConnectionFailure.Refused or ConnectionFailure.TlsMismatch or ConnectionFailure.TlsRefused,
        "retriable-4xx" => reply.Status == 409,
        "envoy-ratelimited" => reply.Headers["x-envoy-ratelimited"] is not null,
        "cancelled" => reply.Headers["grpc-status"] == "1",
        "deadline-exceeded" => reply.Headers["grpc-status"] == "4",
        "resource-exhausted" => reply.Headers["grpc-status"] == "8",
        "internal" => reply.Headers["grpc-status"] == "13",
        "unavailable" => reply.Headers["grpc-status"] == "14",
        _ => int.TryParse(condition, CultureInfo.InvariantCulture, out var code) && reply.Status == code,
    };
}
