using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Istioctl.Describe;

/// <summary>Faults in protobuf's text form, as descriptions show them.</summary>
internal static class ProtoText
{
    public static string Fault(JsonObject fault)
    {
        List<string> parts = [];
        if (fault.Obj("delay") is { } delay) parts.Add($"delay:{{{Join(Percentage(delay), EnvoyDuration.Parse(delay.Str("fixedDelay")) is { } span ? $"fixed_delay:{{{Duration(span)}}}" : "")}}}");
        if (fault.Obj("abort") is { } abort) parts.Add($"abort:{{{Join(abort.Num("httpStatus") is { } status ? $"http_status:{status}" : abort.Str("grpcStatus") is { } grpc ? $"grpc_status:\"{grpc}\"" : "", Percentage(abort))}}}");
        return string.Join(' ', parts);
    }

    private static string Percentage(JsonObject part) => part.Obj("percentage") is { } percentage ? $"percentage:{{value:{percentage.Real("value")?.ToString(CultureInfo.InvariantCulture) ?? "0"}}}" : "";

    private static string Duration(TimeSpan span)
    {
        var (seconds, nanos) = ((long)span.TotalSeconds, span.Ticks % TimeSpan.TicksPerSecond * 100);
        return Join(seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"seconds:{seconds}") : "", nanos > 0 ? string.Create(CultureInfo.InvariantCulture, $"nanos:{nanos}") : "");
    }

    private static string Join(params string[] parts) => string.Join(' ', parts.Where(p => p.Length > 0));
}
