using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>istioctl install</c> and <c>uninstall</c>: creates and removes ordinary objects and waits for the Deployments.</summary>
internal sealed class Installer(SandboxCluster cluster, IstioctlOutput output)
{
    private static readonly TimeSpan s_readyLimit = TimeSpan.FromMinutes(5);
    private static readonly WriteOptions s_options = new() { User = "istioctl", FieldManager = "istio-operator", FieldValidation = "Ignore", TracksOwnership = false };

    private static readonly Dictionary<string, (string Title, string Icon, string? Deployment)> s_components = new()
    {
        ["Base"] = ("Istio core", "⛵️", null),
        ["Pilot"] = ("Istiod", "🧠", "istiod"),
        ["IngressGateways"] = ("Ingress gateways", "🛬", "istio-ingressgateway"),
        ["EgressGateways"] = ("Egress gateways", "🛫", "istio-egressgateway"),
    };

    public async Task<int> InstallAsync(string[] args, CancellationToken cancellationToken)
    {
        var profile = "default";
        var confirmed = false;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "-y" or "--skip-confirmation") confirmed = true;
            var setting = args[i] is "--set" or "-s" && i + 1 < args.Length ? args[++i] : args[i].StartsWith("--set=", StringComparison.Ordinal) ? args[i]["--set=".Length..] : null;
            if (setting?.StartsWith("profile=", StringComparison.Ordinal) == true) profile = setting["profile=".Length..];
            else if (setting?.StartsWith("meshConfig.", StringComparison.Ordinal) == true && setting.Split('=', 2) is [var path, var value]) settings[path["meshConfig.".Length..]] = value;
        }
        if (ProfileManifests.Components(profile) is not { } components)
        {
            await output.ErrorAsync($"Error: failed to read profile \"{profile}\": profile not found").ConfigureAwait(false);
            return 1;
        }
        if (!confirmed)
        {
            await output.LineAsync($"This will install the Istio {ProfileManifests.Version} profile \"{profile}\" into the cluster. Proceed? (y/N) ").ConfigureAwait(false);
            await output.LineAsync("Cancelled.").ConfigureAwait(false);
            return 1;
        }
        await output.LineAsync(Sailboat).ConfigureAwait(false);
        EnsureNamespace();
        foreach (var component in components)
        {
            var (title, icon, deployment) = s_components[component];
            if (component == "Base") foreach (var definition in IstioDefinitions.All) Apply(definition);
            foreach (var o in ProfileManifests.Of(component, accessLogs: profile == "demo", settings)) Apply(o);
            if (deployment is not null && !await WaitReadyAsync(deployment, cancellationToken).ConfigureAwait(false))
            {
                await output.ErrorAsync($"✘ {title} encountered an error: failed to wait for resource: resources not ready after 5m0s: context deadline exceeded\n  Deployment/istio-system/{deployment} (containers with unready status)").ConfigureAwait(false);
                return 1;
            }
            await output.LineAsync($"✔ {title} installed {icon}").ConfigureAwait(false);
        }
        await output.LineAsync("✔ Installation complete").ConfigureAwait(false);
        return 0;
    }

    public async Task<int> UninstallAsync(string[] args)
    {
        if (!args.Contains("--purge"))
        {
            await output.ErrorAsync("Error: at least one of the --revision (or --set revision=<revision>), --filename or --purge flags must be set").ConfigureAwait(false);
            return 64;
        }
        await output.LineAsync("All Istio resources will be pruned from the cluster\n").ConfigureAwait(false);
        var objects = ProfileManifests.Components("demo")!.Reverse().SelectMany(c => ProfileManifests.Of(c, false)).Concat(IstioDefinitions.All);
        foreach (var o in objects)
        {
            var type = cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!)!;
            var (ns, name) = (o.Str("metadata", "namespace") ?? "", o.Str("metadata", "name")!);
            if (cluster.Store.Snapshot.Find(type.Resource, ns, name) is null) continue;
            cluster.Operations.Delete(type, ns, name, DeleteOptions.Background);
            await output.LineAsync($"  Removed {type.ApiVersion}, Kind={type.Kind}/{name}.{ns}.").ConfigureAwait(false);
        }
        await output.LineAsync("✔ Uninstall complete").ConfigureAwait(false);
        return 0;
    }

    private void EnsureNamespace()
    {
        if (cluster.Store.Snapshot.Find("namespaces", "", "istio-system") is null)
            cluster.Operations.Create(BuiltInResources.Namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "istio-system" } }, s_options);
    }

    private void Apply(JsonObject o)
    {
        var type = cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!)!;
        var (ns, name) = (o.Str("metadata", "namespace") ?? "", o.Str("metadata", "name")!);
        if (cluster.Store.Snapshot.Find(type.Resource, ns, name) is null) cluster.Operations.Create(type, ns, o, s_options);
        else cluster.Operations.Update(type, ns, name, "", live => ServerSideApply.Merge(live, o, type.Schema), s_options);
    }

    private async Task<bool> WaitReadyAsync(string deployment, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cluster.Stopping);
        limit.CancelAfter(s_readyLimit);
        var cursor = cluster.Store.CursorAfter(cluster.Store.Snapshot.Revision)!.Value;
        var events = new List<Storage.StoreEvent>();
        try
        {
            while (true)
            {
                if (cluster.Store.Snapshot.Find("deployments.apps", "istio-system", deployment)?.Parse() is { } d && d.Int(0, "status", "readyReplicas") >= d.Int(1, "spec", "replicas")) break;
                events.Clear();
                if (!cluster.Store.Read(ref cursor, events, out var changed)) cursor = cluster.Store.CursorAfter(cluster.Store.Snapshot.Revision)!.Value;
                else if (events.Count == 0) await changed.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            // The service must answer before the next component's pods are created: injection goes through it.
            while (deployment == "istiod" && cluster.Store.Snapshot.Find("endpoints", "istio-system", "istiod")?.Parse().Objects("subsets").Any() != true)
            {
                events.Clear();
                if (cluster.Store.Read(ref cursor, events, out var changed) && events.Count == 0) await changed.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private const string Sailboat = """
                |\
                | \
                |  \
                |   \
              /||    \
             / ||     \
            /  ||      \
           /   ||       \
          /    ||        \
         /     ||         \
        /______||__________\
        ____________________
          \__       _____/
             \_____/

        """;
}
