using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>A share of requests in per cent; Envoy counts it in parts of a million.</summary>
internal readonly record struct Share(double Percent)
{
    /// <summary>Whether it strikes this time.</summary>
    public bool Strikes(Random random) => Percent >= 100 || (Percent > 0 && random.Next(1_000_000) < Percent * 10_000);

    public static Share Of(JsonNode? percentage, double missing) => percentage is null ? new(missing) : new(Number(percentage.At("value")) ?? 0);

    public static double? Number(JsonNode? node) => node is JsonValue v ? v.TryGetValue<double>(out var d) ? d : node.Num() : null;
}

/// <summary>Faults of a route. A percentage that is not said is none.</summary>
internal sealed record Faults(TimeSpan? Delay, Share DelayShare, int? AbortStatus, int? AbortGrpcStatus, Share AbortShare)
{
    public static Faults? Of(JsonObject? fault)
    {
        if (fault is null) return null;
        var (delay, abort) = (fault.Obj("delay"), fault.Obj("abort"));
        return new(
            EnvoyDuration.Parse(delay.Str("fixedDelay")), ShareOf(delay),
            (int?)abort.Num("httpStatus"), abort.Str("grpcStatus") is { } grpc ? GrpcStatus.Parse(grpc) : null, ShareOf(abort));
    }

    // The whole number "percent" came before "percentage" and still counts where that is missing.
    private static Share ShareOf(JsonObject? part) => part.Obj("percentage") is null && Share.Number(part.At("percent")) is { } old ? new(old) : Share.Of(part.Obj("percentage"), 0);
}

/// <summary>Status codes of gRPC by name (google.rpc.Code).</summary>
internal static class GrpcStatus
{
    private static readonly string[] s_names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    public static int? Parse(string text) => Array.IndexOf(s_names, text.ToUpperInvariant()) is >= 0 and var i ? i : int.TryParse(text, out var number) && number >= 0 && number < s_names.Length ? number : null;

    /// <summary>The status that a gRPC client makes of an HTTP status (grpc's http-grpc-status-mapping).</summary>
    public static int OfHttp(int status) => status switch
    {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 or 502 or 503 or 504 => 14,
        _ => 2,
    };
}
