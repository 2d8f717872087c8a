using System.Collections.Immutable;
using Portal.Clusters.Api;
using Portal.Clusters.Schemas;

namespace Portal.Labs.Editing;

/// <summary>What one cluster says of manifests while they are written.</summary>
/// <param name="namespace">Of objects that name none.</param>
internal sealed class ManifestHelp(ClusterApi api, TimeProvider time, string @namespace) : IDisposable
{
    private readonly ClusterSchemas _schemas = new(api, time);

    public async Task<Suggestions> CompleteAsync(string text, int line, int column, CancellationToken cancellationToken)
    {
        if (YamlPlace.At(text, line, column) is not { } place) return Suggestions.None;
        var (kinds, schema) = await SchemaAsync(place, cancellationToken).ConfigureAwait(false);
        return ManifestCompletion.Complete(place, kinds, schema);
    }

    public async Task<FieldExplanation?> ExplainAsync(
        string text,
        int line,
        int column,
        CancellationToken cancellationToken
    )
    {
        if (YamlPlace.At(text, line, column, whole: true) is not { } place) return null;
        var (_, schema) = await SchemaAsync(place, cancellationToken).ConfigureAwait(false);
        return ManifestCompletion.Explain(place, schema);
    }

    public Task<ImmutableArray<ManifestProblem>> CheckAsync(string text, CancellationToken cancellationToken) =>
        new ManifestCheck(api, _schemas, @namespace).RunAsync(text, cancellationToken);

    public void Dispose() => _schemas.Dispose();

    private async Task<(ImmutableArray<ServedKind> Kinds, FieldSchema? Schema)> SchemaAsync(
        YamlPlace place,
        CancellationToken cancellationToken
    )
    {
        var kinds = await _schemas.ListAsync(cancellationToken).ConfigureAwait(false);
        return ManifestCompletion.KindOf(place, kinds) is { } kind
            ? (kinds, await _schemas.FindAsync(kind, cancellationToken).ConfigureAwait(false))
            : (kinds, null);
    }
}
