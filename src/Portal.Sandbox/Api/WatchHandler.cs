using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Api;

/// <summary>WATCH: one JSON object a line, from a resource version, with bookmarks and the WatchList form.</summary>
internal static class WatchHandler
{
    /// <summary>How many changes a watch looks at in one turn.</summary>
    private const int Batch = 32;

    private static readonly TimeSpan s_bookmarkInterval = TimeSpan.FromMinutes(1);

    public static async Task WatchAsync(SandboxCluster cluster, RequestInfo info, HttpContext http, CancellationToken cancellationToken)
    {
        var request = http.Request;
        var filter = new ObjectFilter(info, request);
        var writer = new EventWriter(info.Type, Negotiated.From(request), request.Get("includeObject") ?? "Metadata", cluster);
        var options = ListOptions.From(request, watch: true);
        var snapshot = cluster.Store.Snapshot;
        options.CheckNotTooNew(snapshot);
        var fromStart = options.SendInitialEvents || options.ResourceVersion is null or 0;
        var revision = fromStart ? snapshot.Revision : options.ResourceVersion!.Value;
        if (cluster.Store.CursorAfter(revision) is not { } cursor)
        {
            await BeginAsync(http, cancellationToken).ConfigureAwait(false);
            await SendAsync(http, EventWriter.Error(ApiError.Expired(revision, snapshot.Revision)), cancellationToken).ConfigureAwait(false);
            return;
        }

        await BeginAsync(http, cancellationToken).ConfigureAwait(false);
        if (fromStart)
        {
            foreach (var some in snapshot.Of(info.Type.Resource).Values.Where(filter.Matches).Chunk(Batch))
            {
                using (var turn = await cluster.WatchTurns.TakeAsync(cancellationToken).ConfigureAwait(false))
                {
                    foreach (var o in some) writer.Write(http.Response.BodyWriter, "ADDED", o);
                    turn.Wrote = true;
                }
                await http.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            if (options.SendInitialEvents)
                await SendAsync(http, writer.Bookmark(snapshot.Revision, initialEventsEnd: true), cancellationToken)
                    .ConfigureAwait(false);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cluster.Stopping);
        if (options.Timeout > TimeSpan.Zero) limit.CancelAfter(options.Timeout);
        var events = new List<StoreEvent>();
        try
        {
            while (true)
            {
                events.Clear();
                Task changed;
                bool wrote;
                using (var turn = await cluster.WatchTurns.TakeAsync(limit.Token).ConfigureAwait(false))
                {
                    var kept = cluster.Store.Read(ref cursor, events, out changed, Batch);
                    if (!kept)
                        http.Response.BodyWriter.Write(
                            EventWriter.Error(ApiError.Expired(revision, cluster.Store.Snapshot.Revision))
                        );
                    foreach (var e in events)
                    {
                        revision = e.ResourceVersion;
                        if (e.Resource != info.Type.Resource || writer.For(e, filter) is not { } line) continue;
                        http.Response.BodyWriter.Write(line.Span);
                        turn.Wrote = true;
                    }
                    if (!kept) return;
                    wrote = turn.Wrote;
                }
                if (wrote) await http.Response.BodyWriter.FlushAsync(limit.Token).ConfigureAwait(false);
                if (events.Count > 0) continue;
                if (!options.AllowBookmarks)
                {
                    await changed.WaitAsync(limit.Token).ConfigureAwait(false);
                    continue;
                }
                try
                {
                    await changed.WaitAsync(s_bookmarkInterval, limit.Token).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    await SendAsync(http, writer.Bookmark(cluster.Store.Snapshot.Revision, false), limit.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The watch's own time is over: it ends cleanly and the client watches on from its last version.
        }
    }

    private static async Task BeginAsync(HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(cancellationToken).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        await http.Response.Body.WriteAsync(line, cancellationToken).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes events in the negotiated form. A selector turns "stopped matching" into DELETED and "began to match" into ADDED.</summary>
    private sealed class EventWriter(ResourceType type, Negotiated form, string includeObject, SandboxCluster cluster)
    {
        /// <summary>Whether the client gets objects as they are stored: then all such watches send the same bytes.</summary>
        private readonly bool _asStored = form.Form == ResponseForm.Object && type.Conversion is null && (type.Custom is null || type.Custom.StorageVersion == type.Version);

        private bool _columnsSent;

        public ReadOnlyMemory<byte>? For(StoreEvent e, ObjectFilter filter)
        {
            var before = e.Previous is not null && filter.Matches(e.Previous);
            var now = e.Type != StoreEventType.Deleted && filter.Matches(e.Object);
            if (!now && !before) return null;
            var seenAs = !now ? StoreEventType.Deleted : before ? StoreEventType.Modified : StoreEventType.Added;
            var name = !now ? "DELETED" : before ? "MODIFIED" : "ADDED";
            return _asStored ? e.Line(seenAs, o => Write(name, o)) : Write(name, e.Object);
        }

        /// <summary>Writes an object of the beginning, which no other watch is told at the same time.</summary>
        public void Write(IBufferWriter<byte> into, string eventType, StoredObject o)
        {
            into.Write(Head(eventType));
            into.Write(Body(o).Span);
            into.Write("}\n"u8);
        }

        private byte[] Write(string eventType, StoredObject o) => Line(eventType, Body(o).Span);

        private ReadOnlyMemory<byte> Body(StoredObject o)
        {
            if (form.Form != ResponseForm.Table)
                return ObjectWriter.Object(type, o, form, includeObject, cluster.Now);
            var table = ObjectWriter.Table(
                type,
                [o],
                form,
                includeObject,
                cluster.Now,
                o.ResourceVersion,
                null,
                0,
                columns: !_columnsSent
            );
            _columnsSent = true;
            return table.ToUtf8();
        }

        public byte[] Bookmark(long revision, bool initialEventsEnd)
        {
            var meta = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
            if (initialEventsEnd) meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
            JsonObject obj = form.Form switch
            {
                ResponseForm.Table => new() { ["kind"] = "Table", ["apiVersion"] = "meta.k8s.io/" + form.MetaVersion, ["metadata"] = meta, ["columnDefinitions"] = null, ["rows"] = new JsonArray() },
                ResponseForm.Object => new() { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion, ["metadata"] = meta },
                _ => new() { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/" + form.MetaVersion, ["metadata"] = meta },
            };
            return Line("BOOKMARK", obj.ToUtf8());
        }

        public static byte[] Error(ApiException error) => Line("ERROR", error.ToStatus().ToUtf8());

        private static byte[] Line(string eventType, ReadOnlySpan<byte> json)
        {
            var head = Head(eventType);
            var line = new byte[head.Length + json.Length + 2];
            head.CopyTo(line, 0);
            json.CopyTo(line.AsSpan(head.Length));
            line[^2] = (byte)'}';
            line[^1] = (byte)'\n';
            return line;
        }

        private static byte[] Head(string eventType) =>
            Encoding.UTF8.GetBytes($"{{\"type\":\"{eventType}\",\"object\":");
    }
}
