using System.Text;
using Portal.Sandbox.Istioctl.CommandLine;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary><c>istioctl uninstall</c>: removes what carries an installation's labels, of one revision or of all.</summary>
internal static class Uninstaller
{
    private const string Missing = "at least one of the --revision (or --set revision=<revision>), --filename or --purge flags must be set";

    public static string? Check(Invocation call) =>
        call["revision"] is not { Length: > 0 } && !call.All("set").Any(s => s.StartsWith("revision=", StringComparison.Ordinal)) && call["filename"] is null && !call.Is("purge") ? Missing
        : call.Operands.Count > 0 ? "istioctl uninstall does not take arguments" : null;

    public static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var purge = call.Is("purge");
        var revision = call["revision"] ?? call.All("set").Where(s => s.StartsWith("revision=", StringComparison.Ordinal)).Select(s => s["revision=".Length..]).LastOrDefault();
        if (call["filename"] is { } file) revision ??= OperatorSpec.Read([(file, call.ReadFile(file))], call.All("set"), null).Revision;
        if (revision is not null && !purge && !Revisions.All(call.Cluster).Contains(revision)) throw new IstioctlException("could not find target revision");
        if (purge && (call.Has("revision") || call["filename"] is not null)) await call.LineAsync("Purge uninstall will remove all Istio resources, ignoring the specified revision or operator file").ConfigureAwait(false);
        var objects = Pruning.Find(call.Cluster, purge ? null : revision);
        if (objects.Count == 0 && !purge) await call.LineAsync("No resources will be pruned from the cluster. Please double check the input configs\n").ConfigureAwait(false);
        else if (!await ConfirmAsync(call, objects, purge ? null : revision).ConfigureAwait(false))
        {
            await call.ErrorAsync("Cancelled.").ConfigureAwait(false);
            return 1;
        }
        cancellationToken.ThrowIfCancellationRequested();
        await Pruning.RemoveAsync(call, objects, call.Is("dry-run")).ConfigureAwait(false);
        await call.LineAsync("✔ Uninstall complete").ConfigureAwait(false);
        return 0;
    }

    private static async Task<bool> ConfirmAsync(Invocation call, List<Pruning.Found> objects, string? revision)
    {
        var text = new StringBuilder();
        if (revision is null) text.Append("All Istio resources will be pruned from the cluster\n");
        else
        {
            if (call.Is("verbose")) text.Append("The following resources will be pruned from the cluster: ").Append(string.Concat(objects.GroupBy(o => o.Type.Kind).Select(g => $"{g.Key}: {string.Join(", ", g.Select(o => o.Object.Name))}. "))).Append('\n');
            var proxies = Proxies.Of(call.Cluster).Where(p => p.Revision == revision).Select(p => p.Id).ToList();
            if (proxies.Count > 0)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"There are still {proxies.Count} proxies pointing to the control plane revision {revision}\n");
                if (proxies.Count <= 30) text.Append(string.Join('\n', proxies)).Append('\n');
                text.Append("If you proceed with the uninstall, these proxies will become detached from any control plane and will not function correctly.\n");
            }
            var gateways = objects.Where(o => o.Type.Kind == "Deployment" && o.Object.Name.Contains("gateway", StringComparison.Ordinal)).Select(o => o.Object.Name).ToList();
            if (gateways.Count > 0) text.Append($"You are about to remove the following gateways: {string.Join(", ", gateways)}. To avoid downtime, please quit this command and reinstall the gateway(s) with a revision that is not being removed from the cluster.\n");
        }
        if (call.Is("dry-run") || call.Is("skip-confirmation"))
        {
            if (text.Length > 0) await call.LineAsync(text.ToString()).ConfigureAwait(false);
            return true;
        }
        return text.Length == 0 || await call.ConfirmAsync(text + "Proceed? (y/N)").ConfigureAwait(false);
    }
}
