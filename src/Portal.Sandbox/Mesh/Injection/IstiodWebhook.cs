using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>A webhook that calls an istiod: one of the entries of an injector's or a validator's configuration.</summary>
/// <param name="Revision">The revision that the configuration's labels name.</param>
internal sealed record IstiodWebhook(JsonObject Hook, string Name, string ServiceNamespace, string ServiceName, string Path, string Revision)
{
    private const string Mutating = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
    private const string Validating = "validatingwebhookconfigurations.admissionregistration.k8s.io";

    /// <summary>The injectors of a cluster. Read anew only when their configurations have changed.</summary>
    internal sealed class Cache
    {
        private (ImmutableSortedDictionary<ObjectName, StoredObject> Mutating, ImmutableSortedDictionary<ObjectName, StoredObject> Validating, IReadOnlyList<IstiodWebhook> Hooks)? _read;

        public IReadOnlyList<IstiodWebhook> Of(StoreSnapshot snapshot)
        {
            var (mutating, validating) = (snapshot.Of(Mutating), snapshot.Of(Validating));
            if (_read is { } read && read.Mutating == mutating && read.Validating == validating) return read.Hooks;
            IReadOnlyList<IstiodWebhook> hooks = [.. mutating.Values.Concat(validating.Values).SelectMany(Read)];
            _read = (mutating, validating, hooks);
            return hooks;
        }
    }

    public bool IsInjector => Path.StartsWith("/inject", StringComparison.Ordinal);

    public bool IsValidator => Path.StartsWith("/validate", StringComparison.Ordinal);

    public bool Matches(AdmissionRequest request) => WebhookCalls.Matches(Hook, request);

    /// <summary>Whether a pod of the service answers.</summary>
    public bool Answers(StoreSnapshot snapshot) => snapshot.Find("endpoints", ServiceNamespace, ServiceName)?.Parse().Objects("subsets").Any(s => s.Arr("addresses") is { Count: > 0 }) == true;

    private static IEnumerable<IstiodWebhook> Read(StoredObject stored)
    {
        var revision = stored.Labels.GetValueOrDefault("istio.io/rev") ?? "default";
        foreach (var hook in stored.Parse().Objects("webhooks"))
        {
            if (hook.Str("clientConfig", "service", "name") is not { } service || !service.StartsWith("istiod", StringComparison.Ordinal)) continue;
            yield return new(hook.Copy(), hook.Str("name") ?? "", hook.Str("clientConfig", "service", "namespace") ?? "", service, hook.Str("clientConfig", "service", "path") ?? "/", revision);
        }
    }
}
