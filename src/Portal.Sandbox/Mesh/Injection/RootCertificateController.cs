using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Controllers;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>Puts the mesh's root certificate into every namespace, as istiod does once it runs.</summary>
internal sealed class RootCertificateController : IController
{
    private const string ConfigMap = "istio-ca-root-cert";
    private const string AllNamespaces = "*";

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "namespaces" && change.Type == StoreEventType.Added) enqueue(new("", change.Object.Name));
        else if (change.Resource == "endpoints" && IsControlPlane(change.Object.Name)) enqueue(new("", AllNamespaces));
        else if (change.Resource == "configmaps" && change.Object.Name == ConfigMap && change.Type == StoreEventType.Deleted) enqueue(new("", change.Object.Namespace));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        if (!snapshot.List("endpoints", MeshConfig.RootNamespace).Any(e => IsControlPlane(e.Name))) return;
        foreach (var ns in snapshot.List("namespaces").Where(n => !n.IsDeleting && (name.Name == AllNamespaces || n.Name == name.Name)))
        {
            if (snapshot.Find("configmaps", ns.Name, ConfigMap) is not null) continue;
            cluster.Operations.Create(BuiltInResources.ConfigMaps, ns.Name, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = ConfigMap, ["labels"] = new JsonObject { ["istio.io/config"] = "true" } },
                ["data"] = new JsonObject { ["root-cert.pem"] = "-----BEGIN CERTIFICATE-----\nc2FuZGJveA==\n-----END CERTIFICATE-----\n" },
            }, WriteOptions.Controller("pilot-discovery"));
        }
    }

    /// <summary>The service of a control plane, of whichever revision.</summary>
    private static bool IsControlPlane(string service) => service == "istiod" || service.StartsWith("istiod-", StringComparison.Ordinal);
}
