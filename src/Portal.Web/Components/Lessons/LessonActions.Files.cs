using System.Collections.Immutable;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Web.Components.Editor;

namespace Portal.Web.Components.Lessons;

/// <summary>The learner's manifests. Who looks on may read them.</summary>
public sealed partial class LessonActions
{
    /// <summary>Opens a manifest in the panel's editor, which sets this.</summary>
    public Func<EditorRequest, Task> Edit { get; set; } = _ => Task.CompletedTask;

    public Task<WorkspaceFileList> ListFilesAsync(CancellationToken cancellationToken) =>
        Attached().ListFilesAsync(cancellationToken);

    public Task<string> ReadFileAsync(string path, CancellationToken cancellationToken) =>
        Attached().ReadFileAsync(path, cancellationToken);

    /// <inheritdoc cref="ILessonSession.WriteFileAsync"/>
    public Task WriteFileAsync(string path, string text, string? before, bool force) =>
        Own().WriteFileAsync(path, text, before, force, leaving);

    /// <returns>Null, or why nothing was run because there were too many runs.</returns>
    /// <inheritdoc cref="ILessonSession.ApplyFileAsync"/>
    public async Task<string?> ApplyFileAsync(string path, bool preview)
    {
        var session = Own();
        if (limits.RefuseRuns(session.Key.LearnerId, 1) is { } refusal) return refusal;
        await session.ApplyFileAsync(path, preview, leaving);
        return null;
    }

    /// <inheritdoc cref="ILessonSession.CompleteAsync"/>
    public Task<Suggestions> CompleteAsync(string text, int line, int column, CancellationToken cancellationToken) =>
        Own().CompleteAsync(text, line, column, cancellationToken);

    /// <inheritdoc cref="ILessonSession.ExplainAsync"/>
    public Task<FieldExplanation?> ExplainAsync(
        string text,
        int line,
        int column,
        CancellationToken cancellationToken
    ) => Own().ExplainAsync(text, line, column, cancellationToken);

    /// <inheritdoc cref="ILessonSession.CheckManifestAsync"/>
    public Task<ImmutableArray<ManifestProblem>> CheckManifestAsync(
        string text,
        CancellationToken cancellationToken
    ) => Own().CheckManifestAsync(text, cancellationToken);

    private ILessonSession Own() =>
        GuestId is null ? Attached() : throw new RunRefusedException("You look on: the files are the learner's.");

    private ILessonSession Attached() => _session ?? throw new RunRefusedException(NotYet);
}
