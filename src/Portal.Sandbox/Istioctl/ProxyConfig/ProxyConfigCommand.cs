using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>istioctl proxy-config</c>: what a proxy holds, computed from the configuration that was pushed to it.</summary>
internal static class ProxyConfigCommand
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, IndentSize = 4, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A command that shows one kind of configuration, as a table or as it is.</summary>
    public static Func<Invocation, CancellationToken, Task<int>> Table(Func<PodInstance, Invocation, ProxyConfigDump> read) => async (call, _) =>
    {
        var dump = read(Proxy(call), call);
        await call.LineAsync(Format(call) is { } format ? Text(dump.Json, format) : dump.Rows.Count == 0 && dump.Header is ["NAME"] ? "NAME" : dump.ToTable()).ConfigureAwait(false);
        return 0;
    };

    public static async Task<int> BootstrapAsync(Invocation call, CancellationToken cancellationToken)
    {
        var json = ProxyBootstrap.Read(Proxy(call));
        // Only the whole of it is worth showing.
        await call.LineAsync(Text(json, Format(call) ?? "json")).ConfigureAwait(false);
        return 0;
    }

    public static async Task<int> AllAsync(Invocation call, CancellationToken cancellationToken)
    {
        var pod = Proxy(call);
        var (clusters, listeners, routes, endpoints) = (ProxyClusters.Read(pod, call), ProxyListeners.Read(pod, call), ProxyRoutes.Read(pod, call), ProxyEndpoints.Read(pod, call));
        if (Format(call) is { } format)
        {
            JsonObject Section(string type, string list, ProxyConfigDump dump) => new() { ["@type"] = "type.googleapis.com/envoy.admin.v3." + type, [list] = dump.Json.DeepClone() };
            var configs = new JsonArray(ProxyBootstrap.Read(pod), Section("ClustersConfigDump", "dynamicActiveClusters", clusters), Section("EndpointsConfigDump", "dynamicEndpointConfigs", endpoints), Section("ListenersConfigDump", "dynamicListeners", listeners), Section("RoutesConfigDump", "dynamicRouteConfigs", routes));
            await call.LineAsync(Text(new JsonObject { ["configs"] = configs }, format)).ConfigureAwait(false);
            return 0;
        }
        await call.LineAsync(string.Join("\n\n", new[] { clusters, listeners, routes, endpoints, ProxySecrets.Read(pod, call) }.Select(d => d.ToTable()))).ConfigureAwait(false);
        return 0;
    }

    /// <summary>The proxy that the operand names.</summary>
    public static PodInstance Proxy(Invocation call)
    {
        if (call.Has("file")) throw new IstioctlException("config dumps in files are not simulated by the sandbox: name a pod");
        return ProxyTarget.FindProxy(call.Cluster, call.Operands[0], call.Namespace);
    }

    private static string? Format(Invocation call) => call["output"] switch
    {
        "short" => null,
        "json" or "yaml" => call["output"],
        var other => throw new IstioctlException($"output format \"{other}\" not supported"),
    };

    private static string Text(JsonNode json, string format) => format == "json" ? json.ToJsonString(s_json) : YamlText.Write(json).TrimEnd('\n');
}

/// <summary>One kind of configuration in both forms that istioctl prints.</summary>
internal sealed record ProxyConfigDump(string[] Header, IReadOnlyList<string[]> Rows, JsonNode Json, int Padding = 5)
{
    public string ToTable() => TextTable.Format([Header, .. Rows], Padding);
}
