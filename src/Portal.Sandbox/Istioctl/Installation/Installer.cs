using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary><c>istioctl install</c>: creates ordinary objects component by component, and waits for the Deployments.</summary>
internal static class Installer
{
    public static async Task<int> InstallAsync(Invocation call, CancellationToken cancellationToken)
    {
        await call.LineAsync(Sailboat).ConfigureAwait(false);
        var spec = Read(call);
        var question = $"This will install the Istio {ProfileManifests.Version} profile \"{spec.Profile}\" into the cluster. Proceed? (y/N)";
        return await ApplyAsync(call, spec, question, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<int> UpgradeAsync(Invocation call, CancellationToken cancellationToken)
    {
        var spec = Read(call);
        return await ApplyAsync(call, spec, $"This will install the Istio {ProfileManifests.Version} profile \"{spec.Profile}\" into the cluster. Proceed? (y/N)", cancellationToken).ConfigureAwait(false);
    }

    public static async Task<int> GenerateAsync(Invocation call, CancellationToken cancellationToken)
    {
        var spec = Read(call);
        var wanted = call.All("component").Concat(call.All("filter")).SelectMany(c => c.Split(',')).ToList();
        foreach (var set in ManifestGenerator.Generate(spec).Where(s => wanted.Count == 0 || wanted.Contains(s.Component)))
            await call.LineAsync(YamlText.WriteAll(set.Objects).TrimEnd('\n')).ConfigureAwait(false);
        return 0;
    }

    /// <summary>What files and flags ask for.</summary>
    public static OperatorSpec Read(Invocation call)
    {
        var revision = call["revision"];
        if (call.Has("revision") && !IsLabel(revision ?? "")) throw new IstioctlException($"invalid revision specified: {revision}");
        var files = call.All("filename").SelectMany(f => f.Split(',')).Select(f => (f, call.ReadFile(f)));
        return OperatorSpec.Read(files, call.All("set"), revision);
    }

    private static bool IsLabel(string text) => text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';

    private static async Task<int> ApplyAsync(Invocation call, OperatorSpec spec, string question, CancellationToken cancellationToken)
    {
        var sets = ManifestGenerator.Generate(spec);
        if (!call.Is("skip-confirmation") && !call.Is("dry-run") && !await call.ConfirmAsync(question).ConfigureAwait(false))
        {
            await call.ErrorAsync("Cancelled.").ConfigureAwait(false);
            return 1;
        }
        var dryRun = call.Is("dry-run");
        var limit = EnvoyDuration.Parse(call["readiness-timeout"]) ?? TimeSpan.FromMinutes(5);
        var writer = new ClusterWriter(call.Cluster);
        // The first revision, and the one that is called so, is the default one.
        var takesDefault = spec.Revision == OperatorSpec.DefaultRevision || !HasDefault(call.Cluster);
        if (!dryRun && sets.Count > 0) writer.EnsureNamespace(spec.Namespace);
        foreach (var set in sets)
        {
            if (!dryRun)
            {
                foreach (var o in set.Objects) writer.Apply(Owned(o, set.Component, spec));
                if (await writer.WaitReadyAsync(set.Objects, limit, cancellationToken).ConfigureAwait(false) is { } late)
                {
                    var reason = $"failed to wait for resource: resources not ready after {GoDuration(limit)}: context deadline exceeded\n  Deployment/{late} (containers with unready status: [{(set.Component == "Pilot" ? "discovery" : "istio-proxy")}])";
                    await call.LineAsync($"✘ {set.Title} encountered an error: {reason}").ConfigureAwait(false);
                    throw new IstioctlException($"failed to install manifests: 1 error occurred:\n\t* {reason}\n\n");
                }
            }
            await call.LineAsync($"✔ {set.Title} installed {set.Icon}").ConfigureAwait(false);
        }
        if (!dryRun)
        {
            if (takesDefault && sets.Exists(s => s.Component == "Pilot")) TagWebhooks.TakeDefault(call.Cluster, writer, spec.Revision, spec.Namespace);
            await Pruning.RemoveLeftoversAsync(call, spec, sets).ConfigureAwait(false);
        }
        await call.LineAsync("✔ Installation complete").ConfigureAwait(false);
        return 0;
    }

    private static bool HasDefault(SandboxCluster cluster) => cluster.Store.Snapshot.List(Revisions.Injectors).Any(w => w.Labels.GetValueOrDefault(TagWebhooks.TagLabel) == TagWebhooks.DefaultTag);

    /// <summary>With the labels by which later installations find it again.</summary>
    private static JsonObject Owned(JsonObject o, string component, OperatorSpec spec)
    {
        var labels = o.Ensure("metadata").Ensure("labels");
        labels["operator.istio.io/managed"] = "Reconcile";
        labels["operator.istio.io/version"] = ProfileManifests.Version;
        labels["install.operator.istio.io/owning-resource"] = "unknown";
        labels["install.operator.istio.io/owning-resource-namespace"] = spec.Namespace;
        labels[TagWebhooks.RevisionLabel] = spec.Revision;
        labels["operator.istio.io/component"] = component;
        return o;
    }

    private static string GoDuration(TimeSpan span) => span.TotalSeconds < 60 ? $"{span.TotalSeconds:0.###}s" : $"{(int)span.TotalMinutes}m{span.Seconds}s";

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
