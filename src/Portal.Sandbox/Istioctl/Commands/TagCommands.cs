using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Installation;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl tag</c>: names for revisions, which are webhook configurations of their own.</summary>
internal static class TagCommands
{
    private static readonly JsonSerializerOptions s_tabs = new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1 };

    private static readonly Flag s_confirmation = Flag.Switch("skip-confirmation", "The skipConfirmation determines whether the user is prompted for confirmation.\nIf set to true, the user is not prompted and a Yes response is assumed in all cases.", "y");

    private static readonly Flag[] s_change =
    [
        Flag.Switch("overwrite", "If true, allow revision tags to be overwritten, otherwise reject revision tag updates that\noverwrite existing revision tags."), Flag.Text("revision", "Control plane revision to reference from a given revision tag", "r"),
        Flag.Text("webhook-name", "Name to use for a revision tag's mutating webhook configuration."), Flag.Switch("auto-inject-namespaces", "If set to true, the sidecars should be automatically injected into all namespaces by default"),
        Flag.Text("manifests", "Specify a path to a directory of charts and profiles", "d"), s_confirmation,
    ];

    public static Command Group { get; } = new("tag", "Command group used to interact with revision tags")
    {
        Refusal = "unknown subcommand",
        Long = "Command group used to interact with revision tags. Revision tags allow for the creation of mutable aliases\nreferring to control plane revisions for sidecar injection.",
        Commands =
        [
            new("set <revision-tag>", "Create or modify revision tags") { Flags = s_change, Check = CheckChange, Access = Accesses.WriteWebhooks, Run = SetAsync, Example = "  # Create a revision tag from the \"canary\" revision\n  istioctl tag set prod --revision canary" },
            new("generate <revision-tag>", "Generate configuration for a revision tag to stdout") { Flags = s_change, Check = CheckChange, Access = Accesses.ReadWebhooks, Run = GenerateAsync },
            new("list", "List existing revision tags")
            {
                Aliases = ["show"], Flags = [Flag.Text("output", "Output format for tag description (available formats: table,json,yaml)", "o", "table")], Access = Accesses.ReadWebhooks, Run = ListAsync,
                Check = call => call.Operands.Count > 0 ? "tag list command does not accept arguments" : null, Example = "  istioctl tag list",
            },
            new("remove <revision-tag>", "Remove Istio control plane revision tag")
            {
                Aliases = ["delete"], Flags = [s_confirmation], Access = Accesses.WriteWebhooks, Run = RemoveAsync,
                Check = call => call.Operands.Count switch { 0 => "must provide a tag for removal", 1 => null, _ => "must provide a single tag for removal" },
            },
        ],
    };

    private static string? CheckChange(Invocation call) => call.Operands.Count switch
    {
        0 => "must provide a tag for modification",
        > 1 => "must provide a single tag for creation",
        _ => call.Has("revision") ? null : "required flag(s) \"revision\" not set",
    };

    private static IEnumerable<StoredObject> Webhooks(Invocation call) => call.Cluster.Store.Snapshot.List(Revisions.Injectors).Where(w => w.Labels.ContainsKey(TagWebhooks.RevisionLabel));

    private static string? TagOf(StoredObject webhook) => webhook.Labels.GetValueOrDefault(TagWebhooks.TagLabel);

    private static List<string> Namespaces(Invocation call, string tag) => [.. call.Cluster.Store.Snapshot.List("namespaces").Where(n => n.Labels.GetValueOrDefault(TagWebhooks.RevisionLabel) == tag).Select(n => n.Name)];

    private static (string Tag, string Revision) Generate(Invocation call, bool generate)
    {
        var (tag, revision) = (call.Operands[0], call["revision"]!);
        if (!generate && !call.Is("overwrite") && tag != TagWebhooks.DefaultTag && Webhooks(call).Any(w => TagOf(w) is null && w.Labels[TagWebhooks.RevisionLabel] == tag))
            throw new IstioctlException($"cannot create revision tag \"{tag}\": found existing control plane revision with same name");
        if (!Webhooks(call).Any(w => TagOf(w) is null && w.Labels[TagWebhooks.RevisionLabel] == revision)) throw new IstioctlException($"cannot modify tag: cannot find MutatingWebhookConfiguration with revision \"{revision}\"");
        if (!call.Is("overwrite") && Webhooks(call).Any(w => TagOf(w) == tag)) throw new IstioctlException($"revision tag \"{tag}\" already exists, and --overwrite is false");
        return (tag, revision);
    }

    private static async Task<int> SetAsync(Invocation call, CancellationToken cancellationToken)
    {
        var (tag, revision) = Generate(call, generate: false);
        var writer = new ClusterWriter(call.Cluster);
        if (tag == TagWebhooks.DefaultTag) TagWebhooks.TakeDefault(call.Cluster, writer, revision, call.IstioNamespace);
        else writer.Apply(TagWebhooks.Injector(tag, revision, call.IstioNamespace, call["webhook-name"]));
        await call.LineAsync($"Revision tag \"{tag}\" created, referencing control plane revision \"{revision}\". To enable injection using this\nrevision tag, use 'kubectl label namespace <NAMESPACE> istio.io/rev={tag}'").ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> GenerateAsync(Invocation call, CancellationToken cancellationToken)
    {
        var (tag, revision) = Generate(call, generate: true);
        var text = YamlText.Write(TagWebhooks.Injector(tag, revision, call.IstioNamespace, call["webhook-name"]));
        if (tag == TagWebhooks.DefaultTag) text += "---\n" + YamlText.Write(TagWebhooks.Validator(revision, call.IstioNamespace));
        await call.LineAsync(text.TrimEnd('\n')).ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> ListAsync(Invocation call, CancellationToken cancellationToken)
    {
        var hooks = Webhooks(call).Select(w => (Tag: TagOf(w) ?? "", Revision: w.Labels[TagWebhooks.RevisionLabel])).Distinct().ToList();
        if (hooks.Count == 0)
        {
            await call.LineAsync("No Istio revision tag MutatingWebhookConfigurations to list").ConfigureAwait(false);
            return 0;
        }
        // A revision is named without a tag only where it has none.
        var rows = hooks.Where(h => h.Tag.Length > 0 || !hooks.Exists(o => o.Revision == h.Revision && o.Tag.Length > 0)).OrderBy(h => h.Revision, StringComparer.Ordinal).ThenBy(h => h.Tag, StringComparer.Ordinal)
            .Select(h => (h.Tag, h.Revision, Namespaces: h.Tag.Length == 0 ? [] : Namespaces(call, h.Tag))).ToList();
        var json = new JsonArray([.. rows.Select(r => (JsonNode)new JsonObject { ["tag"] = r.Tag, ["revision"] = r.Revision, ["namespaces"] = new JsonArray([.. r.Namespaces.Select(n => (JsonNode)n)]) })]);
        await call.LineAsync(call["output"] switch
        {
            "table" => TextTable.Format([["TAG", "REVISION", "NAMESPACES"], .. rows.Select(r => new[] { r.Tag, r.Revision, string.Join(',', r.Namespaces) })], 1),
            "json" => json.ToJsonString(s_tabs),
            "yaml" => YamlText.Write(json).TrimEnd('\n'),
            var other => throw new IstioctlException($"unknown format: {other}"),
        }).ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> RemoveAsync(Invocation call, CancellationToken cancellationToken)
    {
        var tag = call.Operands[0];
        var hooks = Webhooks(call).Where(w => TagOf(w) == tag).ToList();
        if (hooks.Count == 0) throw new IstioctlException($"cannot remove tag \"{tag}\": cannot find MutatingWebhookConfiguration for tag");
        if (Namespaces(call, tag) is { Count: > 0 } users && !call.Is("skip-confirmation")
            && !await call.ConfirmAsync($"Caution, found {users.Count} namespace(s) still injected by tag \"{tag}\": {string.Join(' ', users)}\nProceed with operation? [y/N]").ConfigureAwait(false))
        {
            await call.LineAsync("Aborting operation.").ConfigureAwait(false);
            return 0;
        }
        var type = call.Cluster.Catalog.FindResource(Revisions.Injectors)!;
        foreach (var hook in hooks) call.Cluster.Operations.Delete(type, "", hook.Name, DeleteOptions.Background);
        await call.LineAsync($"Revision tag {tag} removed").ConfigureAwait(false);
        return 0;
    }
}
