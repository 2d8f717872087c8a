using Portal.Labs.Shell;

namespace Portal.Labs.Sessions;

/// <summary>The learner's terminals.</summary>
internal sealed partial class LessonSession
{
    public Task<ITerminalAttachment> AttachTerminalAsync(
        string? terminalId,
        int columns,
        int rows,
        CancellationToken cancellationToken
    )
    {
        Touch();
        return Task.FromResult(ReadyWorkspace().ScreenOf(terminalId).Attach(columns, rows));
    }

    public async Task<string> OpenTerminalAsync(CancellationToken cancellationToken)
    {
        Touch();
        if (_factory.IsDraining)
            throw new RunRefusedException("The portal restarts in a moment. Open a terminal when the page is back.");
        return (await ReadyWorkspace().Sides.OpenAsync(cancellationToken).ConfigureAwait(false)).Id;
    }

    public Task CloseTerminalAsync(string terminalId, CancellationToken cancellationToken)
    {
        Touch();
        return _lifecycle.Lab?.Workspace?.Sides.CloseAsync(terminalId).WaitAsync(cancellationToken)
            ?? Task.CompletedTask;
    }

    private Workspace ReadyWorkspace() =>
        _lifecycle.Lab?.Workspace
        ?? throw new RunRefusedException("The workspace is still starting. Try again in a moment.");
}
