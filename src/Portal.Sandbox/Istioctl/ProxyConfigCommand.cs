using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>istioctl proxy-config</c>: what a proxy holds, computed from the configuration that was pushed to it.</summary>
internal sealed class ProxyConfigCommand(SandboxCluster cluster, IstioctlOutput output)
{
    private const int UsageError = 64;

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, IndentSize = 4, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<int> RunAsync(string[] args)
    {
        Func<PodInstance, IstioctlArguments, ProxyConfigDump>? read = args.FirstOrDefault() switch
        {
            "clusters" or "cluster" or "c" => ProxyClusters.Read,
            "endpoints" or "endpoint" or "ep" => ProxyEndpoints.Read,
            "routes" or "route" or "r" => ProxyRoutes.Read,
            "listeners" or "listener" or "l" => ProxyListeners.Read,
            _ => null,
        };
        if (read is null)
        {
            if (args.Length == 0 || args[0].StartsWith('-'))
            {
                await output.LineAsync("A group of commands used to retrieve information about proxy configuration from the Envoy config dump\n\nUsage:\n  istioctl proxy-config [command]\n\nAliases:\n  proxy-config, pc\n\nAvailable Commands:\n  cluster     Retrieves cluster configuration for the Envoy in the specified pod\n  endpoint    Retrieves endpoint configuration for the Envoy in the specified pod\n  listener    Retrieves listener configuration for the Envoy in the specified pod\n  route       Retrieves route configuration for the Envoy in the specified pod").ConfigureAwait(false);
                return 0;
            }
            await output.ErrorAsync($"Error: unknown subcommand \"{args[0]}\"").ConfigureAwait(false);
            return UsageError;
        }
        try
        {
            var arguments = new IstioctlArguments(args[1..]);
            if (arguments.Operands.Count != 1) throw new IstioctlException($"{args[0]} requires pod name or --file parameter", UsageError);
            if (arguments.Output is not ("short" or "json")) throw new IstioctlException($"output format \"{arguments.Output}\" not supported");
            var dump = read(ProxyTarget.FindProxy(cluster, arguments.Operands[0], arguments.Namespace), arguments);
            await output.LineAsync(arguments.Json ? dump.Json.ToJsonString(s_json) : TextTable.Format([dump.Header, .. dump.Rows], dump.Padding)).ConfigureAwait(false);
            return 0;
        }
        catch (IstioctlException e)
        {
            await output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return e.ExitCode;
        }
    }
}

/// <summary>One kind of configuration in both forms that istioctl prints.</summary>
internal sealed record ProxyConfigDump(string[] Header, IReadOnlyList<string[]> Rows, JsonArray Json, int Padding = 5);
