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
/// Lists one kind, watches from the list's version, and lists again when the version is gone or the connection was lost.
/// An object that cannot be read is left out and never ends the watch.
/// </summary>
internal sealed partial class Informer(ClusterApi api, WatchedKind kind, IInformerSink sink, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var delay = s_firstDelay;
        while (true)
        {
            try
            {
                var version = await ListAsync(cancellationToken).ConfigureAwait(false);
                sink.Disconnected(kind, null);
                delay = s_firstDelay;
                while (version is not null) version = await WatchAsync(version, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ClusterApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                // Not served (yet): there is none of it.
                sink.Replace(kind, []);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ClusterApiException or JsonException or OperationCanceledException)
            {
                LogLost(kind.Plural, e);
                sink.Disconnected(kind, e.Message);
            }
            try
            {
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            delay = delay < s_longestDelay / 2 ? delay * 2 : s_longestDelay;
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
            var list = await api.GetAsync(kind.Path + query, cancellationToken).ConfigureAwait(false);
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
            await foreach (var line in api.ReadLinesAsync(path, cancellationToken).ConfigureAwait(false))
            {
                lines++;
                using var document = JsonDocument.Parse(line);
                var item = document.RootElement.Find("object");
                var type = document.RootElement.Find("type").Text();
                if (type == "ERROR") return null;
                if (type != "BOOKMARK" && TryRead(item) is { } read)
                {
                    if (type == "DELETED") sink.Delete(read.Key);
                    else sink.Upsert(read);
                }
                version = item.Find("metadata", "resourceVersion").Text() ?? version;
            }
        }
        catch (ClusterApiException e) when (e.StatusCode == HttpStatusCode.Gone)
        {
            return null;
        }
        // A server that ends watches at once must not be asked in a tight loop.
        return lines == 0 ? null : version;
    }

    private ClusterObject? TryRead(JsonElement item)
    {
        try
        {
            if (ObjectReader.Read(kind, item) is { } read) return read;
            LogUnreadable(kind.Plural, null);
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException or ArgumentException)
        {
            LogUnreadable(kind.Plural, e);
        }
        return null;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The watch of {Kind} was lost and starts again.")]
    private partial void LogLost(string kind, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "One of {Kind} could not be read and is not shown.")]
    private partial void LogUnreadable(string kind, Exception? exception);
}
