using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>The webhook configurations of revision tags.</summary>
internal static class TagWebhooks
{
    public const string TagLabel = "istio.io/tag";
    public const string RevisionLabel = "istio.io/rev";
    public const string DefaultTag = "default";

    public static JsonObject Injector(string tag, string revision, string ns, string? name)
    {
        var service = Service(revision);
        var hooks = ProfileWebhooks.RevisionInjectors(tag, service);
        if (tag == DefaultTag) foreach (var hook in ProfileWebhooks.DefaultInjectors(service)) hooks.Add((JsonNode)hook);
        Place(hooks, ns);
        return new()
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1", ["kind"] = "MutatingWebhookConfiguration",
            ["metadata"] = new JsonObject
            {
                ["name"] = name ?? "istio-revision-tag-" + tag,
                ["labels"] = new JsonObject
                {
                    ["app"] = "sidecar-injector", ["install.operator.istio.io/owning-resource"] = "unknown", [RevisionLabel] = revision, [TagLabel] = tag, ["operator.istio.io/component"] = "Pilot", ["release"] = "istio",
                },
            },
            ["webhooks"] = hooks,
        };
    }

    /// <summary>Checks objects that name no revision, wherever they are.</summary>
    public static JsonObject Validator(string revision, string ns)
    {
        var hooks = ProfileWebhooks.Validators("validation.istio.io", revision, Service(revision));
        Place(hooks, ns);
        return new()
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1", ["kind"] = "ValidatingWebhookConfiguration",
            ["metadata"] = new JsonObject { ["name"] = "istiod-default-validator", ["labels"] = new JsonObject { ["app"] = "istiod", ["istio"] = "istiod", [RevisionLabel] = revision, [TagLabel] = DefaultTag, ["release"] = "istio" } },
            ["webhooks"] = hooks,
        };
    }

    /// <summary>Makes a revision the one that answers where no revision is named.</summary>
    public static void TakeDefault(SandboxCluster cluster, ClusterWriter writer, string revision, string ns)
    {
        writer.Apply(Injector(DefaultTag, revision, ns, null));
        writer.Apply(Validator(revision, ns));
        Deactivate(cluster, writer);
    }

    /// <summary>The default revision's own injector would answer a second time where the tag does.</summary>
    private static void Deactivate(SandboxCluster cluster, ClusterWriter writer)
    {
        foreach (var injector in cluster.Store.Snapshot.List(Revisions.Injectors).Where(w => w.Labels.GetValueOrDefault(RevisionLabel) == OperatorSpec.DefaultRevision && !w.Labels.ContainsKey(TagLabel)))
        {
            var o = injector.Parse().Copy();
            foreach (var hook in o.Objects("webhooks")) (hook["namespaceSelector"], hook["objectSelector"]) = (ProfileWebhooks.Never(), ProfileWebhooks.Never());
            writer.Apply(new JsonObject { ["apiVersion"] = "admissionregistration.k8s.io/v1", ["kind"] = "MutatingWebhookConfiguration", ["metadata"] = new JsonObject { ["name"] = injector.Name }, ["webhooks"] = o["webhooks"]!.DeepClone() });
        }
    }

    private static string Service(string revision) => revision == OperatorSpec.DefaultRevision ? "istiod" : "istiod-" + revision;

    private static void Place(JsonArray hooks, string ns)
    {
        foreach (var hook in hooks) hook.Obj("clientConfig", "service")!["namespace"] = ns;
    }
}
