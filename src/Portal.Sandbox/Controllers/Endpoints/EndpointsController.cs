using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Writes Endpoints and EndpointSlices for each Service with a selector.</summary>
internal sealed class EndpointsController : IController
{
    private const string ManagedBy = "endpointslice-controller.k8s.io";

    private static readonly WriteOptions s_options = WriteOptions.Controller("endpoint-controller");

    /// <summary>Selectors by namespace and service: a changed pod names its services without reading them.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, IReadOnlyDictionary<string, string>>> _selectors = new(StringComparer.Ordinal);

    /// <param name="Ready">Whether traffic goes there.</param>
    internal sealed record Backend(StoredObject Stored, JsonObject Pod, bool PodReady, bool Ready)
    {
        public string Ip => Pod.Str("status", "podIP")!;
    }

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        var name = new ObjectName(change.Object.Namespace, change.Object.Name);
        if (change.Resource == "services")
        {
            var services = _selectors.GetOrAdd(name.Namespace, _ => new(StringComparer.Ordinal));
            if (change.Type == StoreEventType.Deleted) services.TryRemove(name.Name, out _);
            else services[name.Name] = change.Object.Parse().Map("spec", "selector");
            enqueue(name);
        }
        else if (change.Resource == "pods" && _selectors.TryGetValue(name.Namespace, out var all))
        {
            foreach (var (service, selector) in all)
                if (Selectors.Matches(selector, change.Object.Labels) || (change.Previous is { } before && Selectors.Matches(selector, before.Labels))) enqueue(new(name.Namespace, service));
        }
    }

    public void Reset() => _selectors.Clear();

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("services", name.Namespace, name.Name) is not { IsDeleting: false } stored)
        {
            if (cluster.Store.Snapshot.Find("endpoints", name.Namespace, name.Name) is not null) cluster.Operations.Delete(BuiltInResources.Endpoints, name.Namespace, name.Name, DeleteOptions.Background);
            return;
        }
        var service = stored.Parse();
        var selector = service.Map("spec", "selector");
        if (selector.Count == 0 || service.Str("spec", "type") == "ExternalName") return;
        var publish = service.Flag("spec", "publishNotReadyAddresses") == true;
        var backends = cluster.Store.Snapshot.List("pods", stored.Namespace)
            .Where(p => p.Phase is not ("Succeeded" or "Failed") && Selectors.Matches(selector, p.Labels)).Select(p => (Stored: p, Pod: p.Parse()))
            .Where(p => p.Pod.Str("status", "podIP") is not null)
            .Select(p => new Backend(p.Stored, p.Pod, OwnedObjects.IsPodReady(p.Pod), publish || (OwnedObjects.IsPodReady(p.Pod) && !p.Stored.IsDeleting))).OrderBy(b => b.Ip, StringComparer.Ordinal).ToList();
        WriteEndpoints(cluster, stored, service, [.. backends.Where(b => publish || !b.Stored.IsDeleting)]);
        WriteSlices(cluster, stored, service, backends);
    }

    private static void WriteEndpoints(SandboxCluster cluster, StoredObject stored, JsonObject service, List<Backend> backends)
    {
        var subsets = new JsonArray();
        foreach (var group in backends.GroupBy(b => ServicePorts.Of(service, b.Pod, withAppProtocol: false).ToText()))
        {
            JsonArray Addresses(bool ready) => new([.. group.Where(b => b.Ready == ready).Select(b =>
            {
                var address = new JsonObject { ["ip"] = b.Ip, ["nodeName"] = b.Pod.Str("spec", "nodeName"), ["targetRef"] = Reference(b.Stored) };
                if (Hostname(b, stored) is { } host) address["hostname"] = host;
                return address;
            })]);
            var subset = new JsonObject();
            if (Addresses(true) is { Count: > 0 } ready) subset["addresses"] = ready;
            if (Addresses(false) is { Count: > 0 } waiting) subset["notReadyAddresses"] = waiting;
            var ports = ServicePorts.Of(service, group.First().Pod, withAppProtocol: true);
            if (ports.Count > 0) subset["ports"] = ports;
            subsets.Add(subset);
        }
        var labels = service.Obj("metadata", "labels")?.Copy() ?? [];
        labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller";
        if (service.Str("spec", "clusterIP") == "None") labels["service.kubernetes.io/headless"] = "";
        void Fill(JsonObject o)
        {
            o.Ensure("metadata")["labels"] = labels.DeepClone();
            if (subsets.Count > 0) o["subsets"] = subsets.DeepClone();
            else o.Remove("subsets");
        }
        if (cluster.Store.Snapshot.Find("endpoints", stored.Namespace, stored.Name) is not null) Update(cluster, BuiltInResources.Endpoints, stored.Namespace, stored.Name, Fill);
        else Create(cluster, BuiltInResources.Endpoints, stored.Namespace, new JsonObject { ["metadata"] = new JsonObject { ["name"] = stored.Name } }, Fill);
    }

    /// <summary>One slice for each set of ports; pods on their way out stay in it as terminating.</summary>
    private static void WriteSlices(SandboxCluster cluster, StoredObject stored, JsonObject service, List<Backend> backends)
    {
        var existing = OwnedObjects.OwnedBy(cluster.Store.Snapshot, "endpointslices.discovery.k8s.io", stored.Namespace, stored.Uid)
            .Where(s => s.Labels.GetValueOrDefault("endpointslice.kubernetes.io/managed-by") == ManagedBy).Select(s => s.Parse()).ToList();
        var groups = backends.GroupBy(b => ServicePorts.Of(service, b.Pod, withAppProtocol: true).ToText()).Select(g => (Ports: ServicePorts.Of(service, g.First().Pod, true), Pods: g.ToList())).ToList();
        if (groups.Count == 0) groups.Add((new JsonArray(), []));
        foreach (var (ports, pods) in groups)
        {
            var slice = existing.Find(s => JsonExtensions.Same(s["ports"] ?? new JsonArray(), ports)) ?? existing.Find(s => !groups.Exists(g => JsonExtensions.Same(s["ports"] ?? new JsonArray(), g.Ports)));
            if (slice is not null) existing.Remove(slice);
            var endpoints = new JsonArray([.. pods.Select(b =>
            {
                var endpoint = new JsonObject
                {
                    ["addresses"] = new JsonArray(b.Ip),
                    ["conditions"] = new JsonObject { ["ready"] = b.Ready, ["serving"] = b.PodReady, ["terminating"] = b.Stored.IsDeleting },
                    ["nodeName"] = b.Pod.Str("spec", "nodeName"),
                    ["targetRef"] = Reference(b.Stored),
                };
                if (Hostname(b, stored) is { } host) endpoint["hostname"] = host;
                return endpoint;
            })]);
            void Fill(JsonObject o)
            {
                o["addressType"] = "IPv4";
                o["endpoints"] = endpoints.DeepClone();
                o["ports"] = ports.DeepClone();
            }
            if (slice is not null)
            {
                Update(cluster, BuiltInResources.EndpointSlices, stored.Namespace, slice.Str("metadata", "name")!, Fill);
                continue;
            }
            var labels = service.Obj("metadata", "labels")?.Copy() ?? [];
            labels["endpointslice.kubernetes.io/managed-by"] = ManagedBy;
            labels["kubernetes.io/service-name"] = stored.Name;
            if (service.Str("spec", "clusterIP") == "None") labels["service.kubernetes.io/headless"] = "";
            Create(cluster, BuiltInResources.EndpointSlices, stored.Namespace, new JsonObject
            {
                ["metadata"] = new JsonObject { ["generateName"] = stored.Name + "-", ["labels"] = labels, ["ownerReferences"] = OwnedObjects.OwnerReference(BuiltInResources.Services, service) },
            }, Fill);
        }
        foreach (var stale in existing) cluster.Operations.Delete(BuiltInResources.EndpointSlices, stored.Namespace, stale.Str("metadata", "name")!, DeleteOptions.Background);
    }

    private static string? Hostname(Backend b, StoredObject service) =>
        b.Pod.Str("spec", "hostname") is { Length: > 0 } host && b.Pod.Str("spec", "subdomain") == service.Name ? host : null;

    private static JsonObject Reference(StoredObject pod) => new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid };

    private static void Update(SandboxCluster cluster, ResourceType type, string ns, string name, Action<JsonObject> fill) => cluster.Operations.Update(type, ns, name, "", o =>
    {
        fill(o);
        return o;
    }, s_options);

    private static void Create(SandboxCluster cluster, ResourceType type, string ns, JsonObject obj, Action<JsonObject> fill)
    {
        fill(obj);
        cluster.Operations.Create(type, ns, obj, s_options);
    }
}
