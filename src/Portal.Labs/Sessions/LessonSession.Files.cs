using Portal.Content.Model;
using Portal.Labs.Editing;

namespace Portal.Labs.Sessions;

/// <summary>The learner's manifests, and what is done with them from the page.</summary>
internal sealed partial class LessonSession
{
    public Task<WorkspaceFileList> ListFilesAsync(CancellationToken cancellationToken) =>
        Files().ListAsync(cancellationToken);

    public Task<string> ReadFileAsync(string path, CancellationToken cancellationToken) =>
        Files().ReadAsync(path, cancellationToken);

    public Task WriteFileAsync(
        string path,
        string text,
        string? before,
        bool force,
        CancellationToken cancellationToken
    )
    {
        Touch();
        return Files().WriteAsync(path, text, before, force, cancellationToken);
    }

    public async Task ApplyFileAsync(string path, bool preview, CancellationToken cancellationToken)
    {
        Touch();
        var text = await Files().ReadAsync(path, cancellationToken).ConfigureAwait(false);
        var directory = _lifecycle.Lab?.Workspace?.LessonDirectory ?? throw StillStarting();
        var block = new Block
        {
            Id = ManifestRun.BlockId,
            Language = "bash",
            Code = ManifestRun.CommandFor(Lesson, directory, path, text),
            Runnable = true,
        };
        await RunAsync(
                ManifestRun.SectionOf(Lesson, path, Current.Checkpoints),
                block,
                new RunOptions(Code: block.Code, Preview: preview),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private HomeFiles Files() => _lifecycle.Lab?.Workspace?.Files ?? throw StillStarting();

    private static RunRefusedException StillStarting() =>
        new("The workspace is still starting. Try again in a moment.");
}
