using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>The pod subresources that carry streams: log, exec, attach, portforward, and the proxy of pods and services.</summary>
internal sealed class PodStreams(SandboxCluster cluster)
{
    public async Task<bool> TryHandleAsync(HttpContext http, RequestInfo info)
    {
        switch (info.Type.Resource, info.Subresource)
        {
            case ("pods", "log"): await LogAsync(http, info).ConfigureAwait(false); return true;
            case ("pods", "exec"): await RemoteCommand.ExecAsync(http, Running(info, Container(http, info))).ConfigureAwait(false); return true;
            case ("pods", "attach"): await RemoteCommand.AttachAsync(http, Running(info, Container(http, info))).ConfigureAwait(false); return true;
            case ("pods", "portforward"): await PortForward.HandleAsync(http, Pod(info), cluster).ConfigureAwait(false); return true;
            case ("pods" or "services", "proxy"): await ProxyAsync(http, info).ConfigureAwait(false); return true;
            default: return false;
        }
    }

    private PodInstance Pod(RequestInfo info)
    {
        if (cluster.Store.Snapshot.Find("pods", info.Namespace, info.Name) is null) throw ApiError.NotFound(info.Type, info.Name);
        return cluster.Pods.Find(new(info.Namespace, info.Name)) ?? throw new ApiException(500, "InternalError", $"Internal error occurred: unable to forward port because pod is not running. Current status={Phase(info)}");
    }

    private string Phase(RequestInfo info) => cluster.Store.Snapshot.Find("pods", info.Namespace, info.Name)?.Parse().Str("status", "phase") ?? "Unknown";

    private string Container(HttpContext http, RequestInfo info)
    {
        if (cluster.Store.Snapshot.Find("pods", info.Namespace, info.Name)?.Parse() is not { } pod) throw ApiError.NotFound(info.Type, info.Name);
        var names = pod.Objects("spec", "containers").Select(c => c.Str("name")!).ToList();
        if (http.Request.Get("container") is { } wanted)
        {
            var inits = pod.Objects("spec", "initContainers").Concat(pod.Objects("spec", "ephemeralContainers")).Select(c => c.Str("name")!);
            if (!names.Contains(wanted) && !inits.Contains(wanted)) throw ApiError.BadRequest($"container {wanted} is not valid for pod {info.Name}");
            return wanted;
        }
        if (pod.Str("metadata", "annotations", "kubectl.kubernetes.io/default-container") is { } preferred && names.Contains(preferred)) return preferred;
        if (names.Count == 1) return names[0];
        throw ApiError.BadRequest($"a container name must be specified for pod {info.Name}, choose one of: [{string.Join(' ', names)}]");
    }

    private ContainerInstance Running(RequestInfo info, string container)
    {
        var found = cluster.Pods.Find(new(info.Namespace, info.Name))?.Containers.GetValueOrDefault(container);
        return found is { IsRunning: true } ? found : throw new ApiException(500, "InternalError", $"Internal error occurred: error executing command in container: container {container} is not running");
    }

    private async Task LogAsync(HttpContext http, RequestInfo info)
    {
        var container = Container(http, info);
        var instance = cluster.Pods.Find(new(info.Namespace, info.Name))?.Containers.GetValueOrDefault(container);
        if (instance is not { IsRunning: true } and not { Exit: not null })
        {
            var status = cluster.Store.Snapshot.Find("pods", info.Namespace, info.Name)?.Parse();
            var reason = status.Objects("status", "containerStatuses").Concat(status.Objects("status", "initContainerStatuses")).Concat(status.Objects("status", "ephemeralContainerStatuses")).FirstOrDefault(s => s.Str("name") == container).Str("state", "waiting", "reason");
            if (reason is not null) throw ApiError.BadRequest($"container \"{container}\" in pod \"{info.Name}\" is waiting to start: {reason}");
        }
        var log = http.Request.IsTrue("previous")
            ? instance?.PreviousLog ?? throw ApiError.BadRequest($"previous terminated container \"{container}\" in pod \"{info.Name}\" not found")
            : instance?.Log;
        http.Response.ContentType = "text/plain";
        if (log is null) return;
        var stamps = http.Request.IsTrue("timestamps");
        var (lines, next, changed, closed) = log.Read(0);
        if (long.TryParse(http.Request.Get("sinceSeconds"), out var since)) lines = [.. lines.Where(l => l.Time >= cluster.Now.AddSeconds(-since))];
        if (int.TryParse(http.Request.Get("tailLines"), out var tail)) lines = [.. lines.TakeLast(tail)];
        await WriteAsync(http, lines, stamps).ConfigureAwait(false);
        if (!http.Request.IsTrue("follow")) return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, cluster.Stopping);
        try
        {
            while (!closed)
            {
                await changed.WaitAsync(stop.Token).ConfigureAwait(false);
                (lines, next, changed, closed) = log.Read(next);
                await WriteAsync(http, lines, stamps).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader stopped following.
        }
    }

    private static async Task WriteAsync(HttpContext http, List<ContainerLog.LogLine> lines, bool stamps)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (stamps) text.Append(line.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff00'Z'", CultureInfo.InvariantCulture)).Append(' ');
            text.Append(line.Text).Append('\n');
        }
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The API server as a client of pods: outside the mesh, so a server that demands mesh TLS resets the connection.</summary>
    private async Task ProxyAsync(HttpContext http, RequestInfo info)
    {
        var parts = info.Name.Split(':');
        var (name, port) = parts switch { [var n] => (n, ""), [var n, var p] => (n, p), [_, var n, var p] => (n, p), _ => throw ApiError.PathNotFound() };
        ServiceEndpoint endpoint;
        int number;
        if (info.Type.Resource == "services")
        {
            var service = ServiceRegistry.Of(cluster.Store.Snapshot).FindHost($"{name}.{info.Namespace}.svc.cluster.local") ?? throw ApiError.NotFound(info.Type, name);
            var servicePort = service.Ports.FirstOrDefault(p => port.Length == 0 || p.Name == port || p.Port.ToString(CultureInfo.InvariantCulture) == port) ?? throw ServiceUnavailable($"no service port \"{port}\" found for service \"{name}\"");
            if (service.Endpoints.Count == 0) throw ServiceUnavailable($"no endpoints available for service \"{name}\"");
            endpoint = service.Endpoints[Random.Shared.Next(service.Endpoints.Count)];
            number = endpoint.TargetPorts.GetValueOrDefault(servicePort.Port, servicePort.Port);
        }
        else
        {
            var pod = cluster.Pods.Find(new(info.Namespace, name)) ?? throw ApiError.NotFound(info.Type, name);
            number = int.TryParse(port, out var n) ? n : pod.Spec.Objects("spec", "containers").SelectMany(c => c.Objects("ports")).FirstOrDefault().Int(80, "containerPort");
            endpoint = new(pod.Ip, pod.Name, pod.Namespace, pod.Labels, new Dictionary<int, int>(), false);
        }
        var server = cluster.Pods.FindByIp(endpoint.Ip) ?? throw ServiceUnavailable($"error trying to reach service: dial tcp {endpoint.Ip}:{number}: connect: connection refused");
        var path = "/" + info.Rest + http.Request.QueryString.Value;
        var bodies = cluster.Programs.Bodies;
        var call = await HttpExchange.ReadAsync(http.Request, path, bodies, http.RequestAborted).ConfigureAwait(false);
        try
        {
            await ProxyAsync(http, call, server, endpoint.Ip, number).ConfigureAwait(false);
        }
        finally
        {
            bodies.Give(call.Body.Length);
        }
    }

    private async Task ProxyAsync(HttpContext http, HttpCall call, PodInstance server, string ip, int number)
    {
        call.Headers.Remove("authorization");
        var clock = RequestClock.Begin(cluster.Time);
        var start = clock.Now;
        // The API server hands the caller's Host on; a header lets a caller name another virtual host.
        var reply = await InboundProxy
            .ArriveAsync(cluster.Mesh.Config, null, null, server, false, number, null, call, http.RequestAborted)
            .ConfigureAwait(false);
        if (reply.Failed)
        {
            var reason = reply.Failure == ConnectionFailure.Reset
                ? "read: connection reset by peer"
                : $"dial tcp {ip}:{number}: connect: connection refused";
            throw ServiceUnavailable("error trying to reach service: " + reason);
        }
        // What a server answered under this name is not passed on.
        var elapsed = clock.Since(start).TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);
        reply.Headers.Remove(SandboxServer.RequestTimeHeader);
        http.Response.Headers[SandboxServer.RequestTimeHeader] = elapsed;
        await HttpExchange.WriteAsync(http.Response, reply, http.RequestAborted).ConfigureAwait(false);
    }

    private static ApiException ServiceUnavailable(string message) => new(503, "ServiceUnavailable", message);
}
