using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Receives what an informer sees; called from one task at a time for each kind.</summary>
internal interface IInformerSink
{
    /// <summary>Everything of this kind that there is now; what was there and is not in the list is gone.</summary>
    void Replace(WatchedKind kind, IReadOnlyList<ClusterObject> objects);

    void Upsert(ClusterObject item);

    void Delete(ClusterObjectKey key);

    /// <summary>A list or watch failed; null when one succeeds.</summary>
    void Disconnected(WatchedKind kind, string? reason);
}

/// <summary>
/// Lists one kind, watches from the list's version, and lists again when the version is gone or the connection was
/// lost, after growing pauses of random length, so that the informers of many sessions do not come back all at once.
/// An object that cannot be read or taken is left out and never ends the watch.
/// </summary>
internal sealed class Informer(ClusterApi api, WatchedKind kind, IInformerSink sink, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var longest = s_firstDelay; ; longest = longest < s_longestDelay / 2 ? longest * 2 : s_longestDelay)
        {
            var delay = longest * (0.5 + (Random.Shared.NextDouble() / 2));
            try
            {
                var version = await ListAsync(cancellationToken).ConfigureAwait(false);
                sink.Disconnected(kind, null);
                longest = s_firstDelay;
                while (version is not null) version = await WatchAsync(version, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ClusterApiException e)
                when (e.StatusCode == HttpStatusCode.NotFound
                    || (kind.Spare && e.StatusCode == HttpStatusCode.Forbidden)
                )
            {
                // Not served (yet), or not for the portal to see: there is none of it.
                sink.Replace(kind, []);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ClusterApiException or JsonException or OperationCanceledException)
            {
                Log.WatchLost(logger, e, kind.Plural, delay);
                sink.Disconnected(kind, e.Message);
            }
            catch (Exception e)
            {
                Log.WatchFailed(logger, e, kind.Plural, delay);
                sink.Disconnected(kind, "The portal could not follow it.");
            }
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var objects = new List<ClusterObject>();
        string? next = null;
        string version;
        do
        {
            var query = next is null ? "?limit=500" : $"?limit=500&continue={Uri.EscapeDataString(next)}";
            var list = await api.GetAsync(kind.Path + query, kind.AcceptList, cancellationToken).ConfigureAwait(false);
            foreach (var item in list.Find("items").Items())
            {
                if (TryRead(item) is { } read) objects.Add(read);
            }
            version = list.Find("metadata", "resourceVersion").Text() ?? "0";
            next = list.Find("metadata", "continue").Text();
        }
        while (!string.IsNullOrEmpty(next));
        sink.Replace(kind, objects);
        return version;
    }

    /// <returns>The version to watch from next, or null when everything has to be listed again.</returns>
    private async Task<string?> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var path = $"{kind.Path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=290&resourceVersion={Uri.EscapeDataString(version)}";
        var lines = 0;
        try
        {
            await foreach (
                var line in api.ReadLinesAsync(path, kind.AcceptItem, cancellationToken).ConfigureAwait(false)
            )
            {
                lines++;
                if (Take(line, ref version)) return null;
            }
        }
        catch (ClusterApiException e) when (e.StatusCode == HttpStatusCode.Gone)
        {
            return null;
        }
        // A server that ends watches at once must not be asked in a tight loop.
        return lines == 0 ? null : version;
    }

    /// <returns>True when the watch cannot go on from here.</returns>
    private bool Take(ReadOnlySequence<byte> line, ref string version)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var item = document.RootElement.Find("object");
            var type = document.RootElement.Find("type").Text();
            if (type == "ERROR") return true;
            version = item.Find("metadata", "resourceVersion").Text() ?? version;
            if (type == "BOOKMARK" || TryRead(item) is not { } read) return false;
            if (type == "DELETED") sink.Delete(read.Key);
            else sink.Upsert(read);
        }
        catch (Exception e)
        {
            Log.ObjectUnreadable(logger, e, kind.Plural);
        }
        return false;
    }

    private ClusterObject? TryRead(JsonElement item)
    {
        try
        {
            if (ObjectReader.Read(kind, item) is { } read) return read;
            Log.ObjectUnreadable(logger, null, kind.Plural);
        }
        catch (Exception e)
        {
            Log.ObjectUnreadable(logger, e, kind.Plural);
        }
        return null;
    }
}
