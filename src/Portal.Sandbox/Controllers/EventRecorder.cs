using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>Writes events; equal ones are counted instead of repeated, as client-go's recorder does.</summary>
internal static class EventRecorder
{
    /// <summary>How many events the recorder of a cluster remembers, as client-go's does.</summary>
    private const int Remembered = 4096;

    /// <summary>Events that a cluster keeps; upstream forgets them after an hour, here the oldest make room.</summary>
    private const int Kept = 2000, Forgotten = 200;

    private static readonly ConditionalWeakTable<ResourceOperations, Recent> s_recent = [];

    public static void Record(ResourceOperations operations, JsonObject about, string type, string reason, string message, string component, string? host = null, string? fieldPath = null)
    {
        var ns = about.Str("metadata", "namespace") ?? "default";
        var uid = about.Str("metadata", "uid") ?? "";
        var options = WriteOptions.Controller(component);
        var recent = s_recent.GetOrCreateValue(operations);
        var key = (uid, type, reason, message, fieldPath ?? "");
        if (recent.Names.TryGetValue(key, out var known) && operations.Store.Snapshot.Find("events", ns, known) is not null)
        {
            try
            {
                operations.Update(BuiltInResources.Events, ns, known, "", e =>
                {
                    e["count"] = e.Int(1, "count") + 1;
                    e["lastTimestamp"] = operations.Now;
                    return e;
                }, options);
                return;
            }
            catch (ApiException e) when (e.Code == 404)
            {
                // Deleted meanwhile: written anew.
            }
        }
        if (operations.Store.Snapshot.Find("namespaces", "", ns) is not { IsDeleting: false }) return;
        MakeRoom(operations);
        // Names grow with time, so that events of one second stand in their order.
        var name = $"{about.Str("metadata", "name")}.{recent.NextStamp(operations.Time.GetUtcNow()):x16}";
        if (recent.Names.Count >= Remembered) recent.Names.Clear();
        recent.Names[key] = name;
        var involved = new JsonObject
        {
            ["kind"] = about.Str("kind"), ["namespace"] = about.Str("metadata", "namespace"), ["name"] = about.Str("metadata", "name"), ["uid"] = uid,
            ["apiVersion"] = about.Str("apiVersion"), ["resourceVersion"] = about.Str("metadata", "resourceVersion"),
        };
        if (fieldPath is not null) involved["fieldPath"] = fieldPath;
        var source = new JsonObject { ["component"] = component };
        if (host is not null) source["host"] = host;
        try
        {
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
        catch (ApiException e) when (e.Code is 403 or 404)
        {
            // The namespace went meanwhile; an event that cannot be written is lost, as elsewhere.
        }
    }

    private static void MakeRoom(ResourceOperations operations)
    {
        var all = operations.Store.Snapshot.Of("events");
        if (all.Count < Kept) return;
        foreach (var old in all.Values.OrderBy(e => e.ResourceVersion).Take(Forgotten).ToList())
        {
            try
            {
                operations.Delete(BuiltInResources.Events, old.Namespace, old.Name, new DeleteOptions());
            }
            catch (ApiException e) when (e.Code == 404)
            {
                // Gone already.
            }
        }
    }

    private sealed class Recent
    {
        private long _stamp;

        public ConcurrentDictionary<(string Uid, string Type, string Reason, string Message, string Path), string> Names { get; } = new();

        /// <summary>Nanoseconds since 1970, each number once.</summary>
        public long NextStamp(DateTimeOffset now)
        {
            var wanted = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
            while (true)
            {
                var last = Volatile.Read(ref _stamp);
                var next = Math.Max(wanted, last + 1);
                if (Interlocked.CompareExchange(ref _stamp, next, last) == last) return next;
            }
        }
    }
}
