using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Writes Endpoints and an EndpointSlice for each Service with a selector.</summary>
internal sealed class EndpointsController : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("endpoint-controller");

    // Services that may select a pod are found when the item is looked at: the map itself must not search.
    private const string AllServices = "*";

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "services") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") enqueue(new(change.Object.Namespace, AllServices));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        if (name.Name == AllServices)
        {
            foreach (var s in snapshot.List("services", name.Namespace)) Sync(cluster, s);
            return;
        }
        if (snapshot.Find("services", name.Namespace, name.Name) is { } service) Sync(cluster, service);
        else DeleteIfPresent(cluster, BuiltInResources.Endpoints, name.Namespace, name.Name);
    }

    private static void Sync(SandboxCluster cluster, StoredObject stored)
    {
        var service = stored.Parse();
        var selector = service.Map("spec", "selector");
        if (selector.Count == 0) return;
        var pods = cluster.Store.Snapshot.List("pods", stored.Namespace)
            .Where(p => Selectors.Matches(selector, p.Labels)).Select(p => (Stored: p, Pod: p.Parse()))
            .Where(p => p.Pod.Str("status", "podIP") is not null && OwnedObjects.IsPodActive(p.Stored, p.Pod)).ToList();
        WriteEndpoints(cluster, stored, service, pods);
        WriteSlice(cluster, stored, service, pods);
    }

    private static void WriteEndpoints(SandboxCluster cluster, StoredObject stored, JsonObject service, List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        JsonArray Addresses(bool ready) => new([.. pods.Where(p => OwnedObjects.IsPodReady(p.Pod) == ready).Select(p => new JsonObject
        {
            ["ip"] = p.Pod.Str("status", "podIP"), ["nodeName"] = p.Pod.Str("spec", "nodeName"), ["targetRef"] = Reference(p.Stored),
        })]);
        var (ready, waiting) = (Addresses(true), Addresses(false));
        var subsets = new JsonArray();
        if (ready.Count + waiting.Count > 0)
        {
            var subset = new JsonObject();
            if (ready.Count > 0) subset["addresses"] = ready;
            if (waiting.Count > 0) subset["notReadyAddresses"] = waiting;
            subset["ports"] = Ports(service, pods[0].Pod);
            subsets.Add(subset);
        }
        Put(cluster, BuiltInResources.Endpoints, stored, stored.Name, o =>
        {
            if (subsets.Count > 0) o["subsets"] = subsets;
            else o.Remove("subsets");
        }, null);
    }

    private static void WriteSlice(SandboxCluster cluster, StoredObject stored, JsonObject service, List<(StoredObject Stored, JsonObject Pod)> pods)
    {
        var endpoints = new JsonArray([.. pods.Select(p =>
        {
            var ready = OwnedObjects.IsPodReady(p.Pod);
            return new JsonObject
            {
                ["addresses"] = new JsonArray(p.Pod.Str("status", "podIP")),
                ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = ready, ["terminating"] = false },
                ["nodeName"] = p.Pod.Str("spec", "nodeName"),
                ["targetRef"] = Reference(p.Stored),
            };
        })]);
        var ports = Ports(service, pods.Count > 0 ? pods[0].Pod : null);
        var name = cluster.Store.Snapshot.List("endpointslices.discovery.k8s.io", stored.Namespace).FirstOrDefault(s => s.Owners.Contains(stored.Uid))?.Name;
        Put(cluster, BuiltInResources.EndpointSlices, stored, name ?? "", o =>
        {
            o["addressType"] = "IPv4";
            o["endpoints"] = endpoints;
            o["ports"] = ports;
        }, new JsonObject { ["kubernetes.io/service-name"] = stored.Name, ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io" });
    }

    private static JsonObject Reference(StoredObject pod) => new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid };

    private static JsonArray Ports(JsonObject service, JsonObject? pod) => new([.. service.Objects("spec", "ports").Select(p =>
    {
        var port = new JsonObject { ["port"] = TargetPort(p, pod), ["protocol"] = p.Str("protocol") };
        if (p.Str("name") is { Length: > 0 } name) port["name"] = name;
        if (p.Str("appProtocol") is { } app) port["appProtocol"] = app;
        return port;
    })]);

    /// <summary>The pod port behind a service port: a number, or the name of a container port.</summary>
    public static int TargetPort(JsonObject servicePort, JsonObject? pod)
    {
        if (servicePort["targetPort"].Num() is { } number) return (int)number;
        var name = servicePort.Str("targetPort");
        var port = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).SelectMany(c => c.Objects("ports")).FirstOrDefault(p => p.Str("name") == name);
        return port.Int(servicePort.Int(0, "port"), "containerPort");
    }

    private static void Put(SandboxCluster cluster, ResourceType type, StoredObject service, string name, Action<JsonObject> fill, JsonObject? labels)
    {
        if (name.Length > 0 && cluster.Store.Snapshot.Find(type.Resource, service.Namespace, name) is not null)
        {
            cluster.Operations.Update(type, service.Namespace, name, "", o =>
            {
                fill(o);
                return o;
            }, s_options);
            return;
        }
        var meta = new JsonObject { ["labels"] = labels ?? service.Parse().Obj("metadata", "labels")?.DeepClone() };
        if (name.Length > 0) meta["name"] = name;
        else meta["generateName"] = service.Name + "-";
        // Endpoints have the service's name; slices belong to it and are collected with it.
        if (name.Length == 0) meta["ownerReferences"] = OwnedObjects.OwnerReference(BuiltInResources.Services, service.Parse());
        var obj = new JsonObject { ["metadata"] = meta };
        fill(obj);
        cluster.Operations.Create(type, service.Namespace, obj, s_options);
    }

    private static void DeleteIfPresent(SandboxCluster cluster, ResourceType type, string ns, string name)
    {
        if (cluster.Store.Snapshot.Find(type.Resource, ns, name) is not null) cluster.Operations.Delete(type, ns, name, DeleteOptions.Background);
    }
}
