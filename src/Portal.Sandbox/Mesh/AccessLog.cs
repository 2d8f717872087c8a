using System.Globalization;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>Lines in Envoy's default text format as Istio configures it.</summary>
internal static class AccessLog
{
    public static void Write(ContainerInstance? proxy, DateTimeOffset start, HttpCall call, HttpReply reply, TimeSpan duration, string upstreamCluster, string upstreamHost, string routeName)
    {
        if (proxy is null) return;
        var ms = (long)duration.TotalMilliseconds;
        var service = upstreamHost == "-" ? "-" : ms.ToString(CultureInfo.InvariantCulture);
        proxy.Log.Write(string.Create(CultureInfo.InvariantCulture,
            $"[{start:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}] \"{call.Method} {call.Path} HTTP/1.1\" {reply.Status} {reply.Flags} {reply.Details} - \"-\" {call.Body.Length} {reply.Body.Length} {ms} {service} \"{call.Headers["x-forwarded-for"] ?? "-"}\" \"{call.Headers["user-agent"] ?? "-"}\" \"{call.Headers["x-request-id"] ?? "-"}\" \"{call.Authority}\" \"{upstreamHost}\" {upstreamCluster} - - {proxy.Pod.Ip}:0 - {routeName}"));
    }
}
