using System.Collections.Immutable;

namespace Portal.Labs.Editing;

/// <summary>A manifest in a learner's workspace.</summary>
/// <param name="Path">Below the lesson's directory; see <see cref="ManifestPath"/>.</param>
public sealed record WorkspaceFile(string Path, long Length)
{
    /// <summary>What one may hold to be opened or written from the page.</summary>
    public const int MostBytes = 256 * 1024;
}

/// <param name="IsWhole">False when there are more than are shown.</param>
public sealed record WorkspaceFileList(ImmutableArray<WorkspaceFile> Files, bool IsWhole);

/// <summary>A file was not read or written; the message says why and what to do.</summary>
public sealed class WorkspaceFileException(string message) : Exception(message);

/// <summary>A file is not any more what it was when it was opened.</summary>
public sealed class WorkspaceFileChangedException(string path)
    : Exception($"{path} was changed in your shell since it was opened here. Save over it, or open it again.");
