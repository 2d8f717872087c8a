using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>
/// Allocates cluster IPs and node ports; the ranges are those of a default cluster. What is used follows the store's
/// changes, so nothing can leak and no create reads every service; after a restored checkpoint it is counted anew.
/// </summary>
internal sealed class ServiceAddresses : IAdmissionPlugin
{
    private const int FirstNodePort = 30080;

    private readonly ObjectStore _store;
    private readonly Dictionary<string, (string Address, int[] NodePorts)> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _addresses = new(StringComparer.Ordinal);
    private readonly HashSet<int> _ports = [];
    private ImmutableSortedDictionary<ObjectName, StoredObject>? _counted;
    private int _nextAddress = 11;

    public ServiceAddresses(ObjectStore store)
    {
        _store = store;
        _counted = store.Snapshot.Of("services");
        store.Changed += OnChanged;
    }

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "services") return;
        var spec = request.Object.Ensure("spec");
        if (spec.Str("type") == "ExternalName")
        {
            foreach (var name in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) spec.Remove(name);
            return;
        }
        if (!ReferenceEquals(request.Snapshot.Of("services"), _counted)) Recount(request.Snapshot);
        if (string.IsNullOrEmpty(spec.Str("clusterIP"))) spec["clusterIP"] = FreeAddress();
        if (spec.Arr("clusterIPs") is null) spec["clusterIPs"] = new JsonArray(spec.Str("clusterIP"));
        var wantsNodePorts = spec.Str("type") == "NodePort" || (spec.Str("type") == "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts") != false);
        foreach (var port in spec.Objects("ports"))
        {
            // A service that was of such a type before gives its ports back; otherwise asking for one is an error.
            if (!wantsNodePorts && request.Old.Str("spec", "type") is "NodePort" or "LoadBalancer") port.Remove("nodePort");
            else if (!wantsNodePorts) continue;
            else if (port.Num("nodePort") is not > 0) port["nodePort"] = FreeNodePort(spec);
        }
    }

    /// <summary>Runs in the writer's lock, as <see cref="Mutate"/> does.</summary>
    private void OnChanged(StoreEvent change)
    {
        if (change.Resource != "services") return;
        Forget(change.Object.Uid);
        if (change.Type != StoreEventType.Deleted) Count(change.Object);
        _counted = _store.Snapshot.Of("services");
    }

    private void Recount(StoreSnapshot snapshot)
    {
        _services.Clear();
        _addresses.Clear();
        _ports.Clear();
        _nextAddress = 11;
        _counted = snapshot.Of("services");
        foreach (var service in _counted.Values) Count(service);
    }

    private void Count(StoredObject service)
    {
        var spec = service.Parse().Obj("spec");
        var used = (Address: spec.Str("clusterIP") ?? "", Ports: spec.Objects("ports").Select(p => p.Int(0, "nodePort")).Where(p => p > 0).ToArray());
        _services[service.Uid] = used;
        if (used.Address.Length > 0 && used.Address != "None") _addresses.Add(used.Address);
        _ports.UnionWith(used.Ports);
    }

    private void Forget(string uid)
    {
        if (!_services.Remove(uid, out var used)) return;
        _addresses.Remove(used.Address);
        _ports.ExceptWith(used.NodePorts);
    }

    private string FreeAddress()
    {
        const int Last = 250 * 250;
        while (true)
        {
            // Addresses come back into use only after the range was gone through, as with a real allocator's random picks.
            if (++_nextAddress > Last) _nextAddress = 11;
            var address = string.Create(CultureInfo.InvariantCulture, $"10.96.{_nextAddress / 250}.{_nextAddress % 250 + 1}");
            if (!_addresses.Contains(address)) return address;
        }
    }

    private int FreeNodePort(JsonObject own)
    {
        var taken = own.Objects("ports").Select(p => p.Int(0, "nodePort")).ToHashSet();
        for (var port = FirstNodePort; ; port++) if (!_ports.Contains(port) && !taken.Contains(port)) return port;
    }
}
