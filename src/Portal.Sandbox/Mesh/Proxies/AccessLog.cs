using System.Globalization;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What a line of an access log says about the connections, besides the request.</summary>
/// <param name="Local">The address that the client connected to.</param>
/// <param name="Remote">The client's own address.</param>
/// <param name="UpstreamLocal">The address that the proxy connected from.</param>
internal readonly record struct LoggedConnection(string UpstreamHost, string Cluster, string UpstreamLocal, string Local, string Remote, string ServerName, string Route);

/// <summary>Lines of access logs: in Envoy's default text format as Istio configures it, or as the mesh is told to.</summary>
internal static class AccessLog
{
    private static int s_port;

    /// <summary>A client's port, as a system would give one.</summary>
    public static int EphemeralPort() => 32768 + (int)((uint)Interlocked.Increment(ref s_port) * 7 % 28232);

    /// <param name="format">Null for the default.</param>
    public static void Write(ContainerInstance? proxy, AccessLogFormat? format, DateTimeOffset start, HttpCall call, HttpReply reply, TimeSpan duration, in LoggedConnection c)
    {
        if (proxy is null) return;
        if (format is not null)
        {
            proxy.Log.Write(format.Render(new(proxy, start, call, reply, duration, c)));
            return;
        }
        var ms = (long)duration.TotalMilliseconds;
        if (!call.IsPlainHttp || reply.Status == 0)
        {
            proxy.Log.Write(string.Create(CultureInfo.InvariantCulture,
                $"[{start:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}] \"- - -\" 0 {reply.Flags} - - \"-\" {call.Body.Length} {reply.Body.Length} {ms} - \"-\" \"-\" \"-\" \"-\" \"{c.UpstreamHost}\" {c.Cluster} {c.UpstreamLocal} {c.Local} {c.Remote} {c.ServerName} -"));
            return;
        }
        var service = c.UpstreamHost == "-" ? "-" : ms.ToString(CultureInfo.InvariantCulture);
        proxy.Log.Write(string.Create(CultureInfo.InvariantCulture,
            $"[{start:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}] \"{call.Method} {call.Headers["x-envoy-original-path"] ?? call.Path} HTTP/1.1\" {reply.Status} {reply.Flags} {reply.Details} - \"-\" {call.Body.Length} {reply.Body.Length} {ms} {service} \"{call.Headers["x-forwarded-for"] ?? "-"}\" \"{call.Headers["user-agent"] ?? "-"}\" \"{call.Headers["x-request-id"] ?? "-"}\" \"{call.Authority}\" \"{c.UpstreamHost}\" {c.Cluster} {c.UpstreamLocal} {c.Local} {c.Remote} {c.ServerName} {c.Route}"));
    }
}
