using System.Collections.Immutable;
using Portal.Clusters;
using Portal.Content.Model;

namespace Portal.Labs.Sessions;

/// <summary>Going back: the cluster as it was before a section was begun, the shell and files as now.</summary>
internal sealed partial class SessionLifecycle
{
    /// <summary>Keeps the cluster as it is before the first run of a section. From any thread.</summary>
    public void KeepBefore(Section section)
    {
        if (_lab?.Lease.Checkpoints is not { } checkpoints || live.Current.Checkpoints.Contains(section.Id)) return;
        checkpoints.Keep(section.Id);
        live.Update(s => s with { Checkpoints = [.. checkpoints.Names] });
    }

    /// <summary>A run of the section begins: what changes is its. From any thread.</summary>
    public void NoteChangesOf(Section section)
    {
        var changes = Changes.Begin(section.Id);
        live.Update(s => s with { Changes = changes });
    }

    /// <exception cref="RunRefusedException">It cannot go back there; the message says why.</exception>
    public void RefuseRewind(string sectionId)
    {
        if (_lab is not { } lab)
            throw new RunRefusedException("There is no cluster to go back in: it is starting, or could not start.");
        if (lab.Lease.Checkpoints is not { } checkpoints)
            throw new RunRefusedException("A real cluster cannot go back to an earlier moment; it can only be reset.");
        if (!checkpoints.Names.Contains(sectionId))
            throw new RunRefusedException("Nothing of that step was run on this cluster, so there is nothing to undo.");
    }

    public async Task RewindAsync(string sectionId, CancellationToken closing)
    {
        // One more lease: the cluster stays in memory while the shell ends and another begins.
        var held = await factory
            .Provider.LeaseAsync(key.Cluster, new Progress(this), closing)
            .WaitAsync(closing)
            .ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            var title = lesson.Sections.FirstOrDefault(s => s.Id == sectionId)?.Title ?? sectionId;
            ShowResetting([$"Going back to before \u201c{title}\u201d"]);
            var ending = new Ending(factory.Time);
            ending.Part("nap", () => _lab?.Nap(factory, $"Your cluster went back to before \u201c{title}\u201d"));
            await EndLabAsync(ending).ConfigureAwait(false);
            Report(ending);
            held.Checkpoints?.TryGoBack(sectionId);
            KeepChanges(live.Current.Checkpoints.TakeWhile(id => id != sectionId).ToList());
            await OpenLabAsync(closing).ConfigureAwait(false);
        }
    }

    private void KeepChanges(IReadOnlyCollection<string> sectionIds)
    {
        var changes = Changes.Keep(sectionIds);
        live.Update(s => s with { Changes = changes });
    }

    private void ShowResetting(ImmutableArray<string> progress) =>
        live.Update(s =>
            s with
            {
                Cluster = s.Cluster with
                {
                    Phase = ClusterPhase.Resetting,
                    Since = Now,
                    Progress = progress,
                    Message = null,
                    Remedy = null,
                },
            }
        );
}
