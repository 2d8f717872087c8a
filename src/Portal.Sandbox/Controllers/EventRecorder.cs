using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Writes events; equal ones are counted instead of repeated, as client-go's recorder does.</summary>
internal static class EventRecorder
{
    public static void Record(ResourceOperations operations, JsonObject about, string type, string reason, string message, string component, string? host = null, string? fieldPath = null)
    {
        var ns = about.Str("metadata", "namespace") ?? "default";
        var uid = about.Str("metadata", "uid") ?? "";
        var options = WriteOptions.Controller(component);
        var name = $"{about.Str("metadata", "name")}.{Hash(uid + reason + message + fieldPath):x16}";
        if (operations.Store.Snapshot.Find("events", ns, name) is not null)
        {
            operations.Update(BuiltInResources.Events, ns, name, "", e =>
            {
                e["count"] = e.Int(1, "count") + 1;
                e["lastTimestamp"] = operations.Now;
                return e;
            }, options);
            return;
        }
        if (operations.Store.Snapshot.Find("namespaces", "", ns) is not { IsDeleting: false }) return;
        var involved = new JsonObject
        {
            ["kind"] = about.Str("kind"), ["namespace"] = about.Str("metadata", "namespace"), ["name"] = about.Str("metadata", "name"), ["uid"] = uid,
            ["apiVersion"] = about.Str("apiVersion"), ["resourceVersion"] = about.Str("metadata", "resourceVersion"),
        };
        if (fieldPath is not null) involved["fieldPath"] = fieldPath;
        var source = new JsonObject { ["component"] = component };
        if (host is not null) source["host"] = host;
        operations.Create(BuiltInResources.Events, ns, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["involvedObject"] = involved,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = source,
            ["firstTimestamp"] = operations.Now,
            ["lastTimestamp"] = operations.Now,
            ["count"] = 1,
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = component,
            ["reportingInstance"] = host ?? "",
        }, options);
    }

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
