using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Schemas;

/// <summary>
/// The kinds that a cluster serves and their schemas, by its discovery and OpenAPI v3. What was read is asked for again
/// after a while, and a document only when its hash is another. Thread-safe.
/// </summary>
public sealed class ClusterSchemas(ClusterApi api, TimeProvider time) : IDisposable
{
    private const string Discovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    /// <summary>The largest of Kubernetes is a sixth of it.</summary>
    private const int MostBytes = 12 * 1024 * 1024;

    private const int MostDocuments = 40;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableArray<ServedKind> _kinds = [];
    private ImmutableDictionary<string, string> _addresses = ImmutableDictionary<string, string>.Empty;
    private ImmutableDictionary<string, (string Address, SchemaDocument Document)> _documents =
        ImmutableDictionary<string, (string, SchemaDocument)>.Empty;
    private long? _read;

    /// <summary>What can be written, the preferred version of each first.</summary>
    /// <exception cref="ClusterApiException">The cluster does not tell.</exception>
    public async Task<ImmutableArray<ServedKind>> ListAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            return _kinds;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The schema of a kind; null when the cluster publishes none.</summary>
    /// <inheritdoc cref="ListAsync" path="/exception"/>
    public async Task<FieldSchema?> FindAsync(ServedKind kind, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            if (!_addresses.TryGetValue(kind.Document, out var address)) return null;
            if (!_documents.TryGetValue(kind.Document, out var known) || known.Address != address)
            {
                if (await ReadAsync(address, cancellationToken).ConfigureAwait(false) is not { } document) return null;
                known = (address, document);
                if (_documents.Count >= MostDocuments) _documents = _documents.Clear();
                _documents = _documents.SetItem(kind.Document, known);
            }
            return known.Document.Find(kind);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (_read is { } read && time.GetElapsedTime(read) < s_fresh) return;
        var core = await api.GetAsync("api", Discovery, cancellationToken).ConfigureAwait(false);
        var groups = await api.GetAsync("apis", Discovery, cancellationToken).ConfigureAwait(false);
        var index = await api.GetAsync("openapi/v3", cancellationToken).ConfigureAwait(false);
        _kinds = [.. KindsOf(core), .. KindsOf(groups)];
        _addresses = index
            .Find("paths")
            .Members()
            .ToImmutableDictionary(p => p.Name, p => p.Value.Find("serverRelativeURL").Text() ?? "");
        _read = time.GetTimestamp();
    }

    private static IEnumerable<ServedKind> KindsOf(JsonElement discovery) =>
        from @group in discovery.Find("items").Items()
        from version in @group.Find("versions").Items()
        from resource in version.Find("resources").Items()
        where resource.Find("verbs").Items().Any(v => v.Text() == "create")
        let kind = resource.Find("responseKind", "kind").Text()
        let name = resource.Find("resource").Text()
        where kind is not null && name is not null
        select new ServedKind(
            @group.Find("metadata", "name").Text() ?? "",
            version.Find("version").Text() ?? "",
            kind,
            name,
            resource.Find("scope").Text() == "Namespaced"
        );

    /// <returns>Null when it is not there any more, or too long.</returns>
    private async Task<SchemaDocument?> ReadAsync(string address, CancellationToken cancellationToken)
    {
        using var response = await api.GetRawAsync(address.TrimStart('/'), [], cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentLength > MostBytes) return null;
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var buffer = new MemoryStream();
            var piece = new byte[64 * 1024];
            while (await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                if (buffer.Length + read > MostBytes) return null;
                buffer.Write(piece, 0, read);
            }
            try
            {
                return SchemaDocuments.Of(buffer.ToArray());
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
