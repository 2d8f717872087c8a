namespace Portal.Labs.Sessions;

/// <summary>What others do with a learner's session, and what the learner does to it as a whole.</summary>
internal sealed partial class LessonSession
{
    public Task<ITerminalAttachment> AttachGuestAsync(
        string guestId,
        string? terminalId,
        CancellationToken cancellationToken
    ) => Task.FromResult(_guests.Attach(ReadyWorkspace().ScreenOf(terminalId), guestId));

    public Task AskToTypeAsync(string guestId, string name, CancellationToken cancellationToken) =>
        _guests.AskAsync(guestId, name);

    public Task AllowGuestAsync(string guestId, CancellationToken cancellationToken) => _guests.AllowAsync(guestId);
    public Task EndGuestAsync(string guestId, CancellationToken cancellationToken) => _guests.EndAsync(guestId);

    public Task<IAsyncDisposable> EnterAsync(SessionPerson person, CancellationToken cancellationToken) =>
        Task.FromResult(_guests.Enter(person));

    public Task ResetAsync(CancellationToken cancellationToken) => ResetAsync(null, cancellationToken);

    public Task ResetAsync(string? by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "reset",
            async () =>
            {
                await _runs.StopAsync(s_stopLimit, _factory.Time).ConfigureAwait(false);
                await _traffic.ForgetAsync().ConfigureAwait(false);
                await _lifecycle.ResetAsync(_closing.Token).ConfigureAwait(false);
                Show(InterventionKind.Reset, by, null);
            },
            cancellationToken
        );

    public Task RewindAsync(string sectionId, string? by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "rewind",
            async () =>
            {
                _lifecycle.RefuseRewind(sectionId);
                await _runs.StopAsync(s_stopLimit, _factory.Time).ConfigureAwait(false);
                await _traffic.ForgetAsync().ConfigureAwait(false);
                await _lifecycle.RewindAsync(sectionId, _closing.Token).ConfigureAwait(false);
                Show(InterventionKind.Rewound, by, sectionId);
            },
            cancellationToken
        );

    public Task ExtendAsync(DateTimeOffset endsAt, string by, CancellationToken cancellationToken)
    {
        _deadline.Set(endsAt);
        // What changed the learner's cluster is not to be missed for it.
        if (Current.Intervention is not { Kind: InterventionKind.Reset or InterventionKind.Rewound })
            Show(InterventionKind.Extended, by, null);
        return Task.CompletedTask;
    }

    public Task AcknowledgeAsync(CancellationToken cancellationToken)
    {
        _live.Update(s => s.Intervention is null ? s : s with { Intervention = null });
        return Task.CompletedTask;
    }

    private Task ChangeAsync(string name, Func<Task> change, CancellationToken cancellationToken)
    {
        Touch();
        _progress.Hurry();
        // A page that goes away meanwhile does not leave the session without a cluster.
        return _mailbox.PostAsync(name, change).WaitAsync(cancellationToken);
    }

    /// <summary>What the learner does replaces what somebody else did before.</summary>
    private void Show(InterventionKind kind, string? by, string? sectionId) =>
        _live.Update(s =>
            s with { Intervention = by is null ? null : new(kind, by, sectionId, _factory.Time.GetUtcNow()) }
        );
}
