using Portal.Sandbox.Api;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Istioctl.CommandLine;

namespace Portal.Sandbox.Istioctl;

/// <summary>Runs one command line. Unknown commands and flags fail as the real istioctl does: message, exit code 64.</summary>
internal sealed class IstioctlCommand(IstioctlContext context)
{
    public IstioctlCommand(SandboxCluster cluster, IstioctlOutput output, IReadOnlyDictionary<string, string>? files = null)
        : this(new IstioctlContext(cluster, output, files ?? new Dictionary<string, string>()))
    {
    }

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        try
        {
            var call = CommandLineParser.Parse(IstioctlCommands.Root, args is ["help", .. var rest] ? [.. rest, "--help"] : args, context);
            if (call.Is("help") || (call.Command.Run is null && (call.Command.Refusal is null || call.Operands.Count == 0)))
            {
                await call.LineAsync(HelpText.Of(call.Path)).ConfigureAwait(false);
                return 0;
            }
            if (call.Command.Run is not { } run) throw new IstioctlException($"{call.Command.Refusal} \"{call.Operands[0]}\"");
            if (call.Command.Check?.Invoke(call) is { } problem) throw new IstioctlException(problem);
            Demand(call);
            return await run(call, cancellationToken).ConfigureAwait(false);
        }
        catch (IstioctlException e)
        {
            await context.Output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return e.ExitCode;
        }
        catch (ApiException e)
        {
            await context.Output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>The command acts for the cluster's administrator: who may less is told what the API server would say first.</summary>
    private void Demand(Invocation call)
    {
        if (call.Command.Access is not { } access) return;
        var snapshot = context.Cluster.Store.Snapshot;
        RbacAuthorizer.Demand(snapshot, context.User, access);
        RbacAuthorizer.Demand(snapshot, context.User, new AccessAttributes("*") { Group = "*", Resource = "*" });
    }
}
