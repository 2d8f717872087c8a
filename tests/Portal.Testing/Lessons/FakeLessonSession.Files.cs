using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;

namespace Portal.Testing.Lessons;

/// <summary>The workspace's manifests.</summary>
public sealed partial class FakeLessonSession
{
    public ConcurrentDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    public Task<WorkspaceFileList> ListFilesAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new WorkspaceFileList(
            [
                .. Files
                    .OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => new WorkspaceFile(f.Key, f.Value.Length)),
            ],
            IsWhole: true
        ));

    public Task<string> ReadFileAsync(string path, CancellationToken cancellationToken) =>
        Files.TryGetValue(path, out var text)
            ? Task.FromResult(text)
            : Task.FromException<string>(new WorkspaceFileException($"{path} is not there."));

    public Task WriteFileAsync(
        string path,
        string text,
        string? before,
        bool force,
        CancellationToken cancellationToken
    )
    {
        if (!force && Files.GetValueOrDefault(path) != before)
            return Task.FromException(new WorkspaceFileChangedException(path));
        Files[path] = text;
        return Note($"write {path}");
    }

    /// <summary>What is answered wherever somebody writes.</summary>
    public Suggestions Suggested { get; set; } = Suggestions.None;

    /// <summary>What is answered wherever somebody points.</summary>
    public FieldExplanation? Explained { get; set; }

    /// <summary>What the cluster would not take of a text.</summary>
    public Func<string, ImmutableArray<ManifestProblem>> Problems { get; set; } = _ => [];

    public Task<Suggestions> CompleteAsync(string text, int line, int column, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"complete {line}:{column}");
        return Task.FromResult(Suggested);
    }

    public Task<FieldExplanation?> ExplainAsync(
        string text,
        int line,
        int column,
        CancellationToken cancellationToken
    ) => Task.FromResult(Explained);

    public Task<ImmutableArray<ManifestProblem>> CheckManifestAsync(
        string text,
        CancellationToken cancellationToken
    ) => Task.FromResult(Problems(text));

    public Task ApplyFileAsync(string path, bool preview, CancellationToken cancellationToken)
    {
        if (Refuse is { } message) throw new RunRefusedException(message);
        return Note($"{(preview ? "preview" : "apply")} {path}");
    }
}
