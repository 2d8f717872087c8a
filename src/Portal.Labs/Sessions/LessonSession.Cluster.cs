using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Sessions;

/// <summary>What a page reads of the session's cluster beyond the snapshot.</summary>
internal sealed partial class LessonSession
{
    public async IAsyncEnumerable<ObjectDetail> WatchObjectAsync(
        ClusterObjectKey key,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (_lifecycle.Lab is not { } lab) yield break;
        ObjectDetail? last = null;
        await foreach (var snapshot in lab.View.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (ObjectDescriber.Describe(snapshot, key) is not { } description)
            {
                if (last is not { Gone: true })
                    yield return last = (last ?? new ObjectDetail(null, "", null, false)) with { Gone = true };
                continue;
            }
            if (last is { Gone: false } && last.Description?.Version == description.Version) continue;
            var before = _lifecycle.Changes.Before(key);
            yield return last = new(
                description,
                ObjectYaml.WriteMeant(snapshot.Objects[key].Json),
                before is null ? null : ObjectYaml.WriteMeant(before.Json),
                Gone: false
            );
        }
    }

    public async Task<string?> ReadObjectYamlAsync(ClusterObjectKey key, CancellationToken cancellationToken)
    {
        if (_lifecycle.Lab is not { } lab) return null;
        return await WholeObject.ReadAsync(lab.Api, key, cancellationToken).ConfigureAwait(false) is { } json
            ? ObjectYaml.Write(json)
            : null;
    }

    public IAsyncEnumerable<ImmutableArray<string>> ReadLogAsync(
        PodLogQuery query,
        CancellationToken cancellationToken
    )
    {
        Touch();
        return _lifecycle.Lab?.Api.ReadLogAsync(query, cancellationToken)
            ?? AsyncEnumerable.Empty<ImmutableArray<string>>();
    }
}
