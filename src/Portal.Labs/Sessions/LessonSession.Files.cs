using System.Collections.Immutable;
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

    public async Task<Suggestions> CompleteAsync(
        string text,
        int line,
        int column,
        CancellationToken cancellationToken
    ) => Help() is { } help
        ? await help.CompleteAsync(text, line, column, cancellationToken).ConfigureAwait(false)
        : Suggestions.None;

    public async Task<FieldExplanation?> ExplainAsync(
        string text,
        int line,
        int column,
        CancellationToken cancellationToken
    ) => Help() is { } help
        ? await help.ExplainAsync(text, line, column, cancellationToken).ConfigureAwait(false)
        : null;

    public async Task<ImmutableArray<ManifestProblem>> CheckManifestAsync(
        string text,
        CancellationToken cancellationToken
    ) => Help() is { } help ? await help.CheckAsync(text, cancellationToken).ConfigureAwait(false) : [];

    private ManifestHelp? Help() => _lifecycle.Lab?.HelpFor(Lesson, _factory.Time);

    private HomeFiles Files() => _lifecycle.Lab?.Workspace?.Files ?? throw StillStarting();

    private static RunRefusedException StillStarting() =>
        new("The workspace is still starting. Try again in a moment.");
}
