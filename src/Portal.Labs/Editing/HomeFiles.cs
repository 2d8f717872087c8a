using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Editing;

/// <summary>
/// The manifests of one workspace, read and written in its learner's place: with the rights of the workspace's user,
/// from directory to directory without following a link, and no more of them than a budget. Whatever a learner puts
/// there, it leads nowhere that their shell does not.
/// </summary>
/// <param name="lesson">The lesson's directory in the home.</param>
/// <param name="user">Who the workspace's processes are; null when they are who the portal is.</param>
internal sealed class HomeFiles(string home, string lesson, uint? user, HomeLimit limit, Guarded guarded)
{
    public const int MostFiles = 200;

    private const int MostBytes = WorkspaceFile.MostBytes;

    /// <summary>What is looked at to find them.</summary>
    private const int MostDirectories = 300,
        MostEntries = 5000;

    private static readonly UTF8Encoding s_text = new(false, throwOnInvalidBytes: true);

    /// <summary>Those nearest to the lesson's directory first.</summary>
    public Task<WorkspaceFileList> ListAsync(CancellationToken cancellationToken) =>
        AsLearnerAsync(List, cancellationToken);

    /// <exception cref="WorkspaceFileException">It is not there, too long, or no text.</exception>
    public Task<string> ReadAsync(string path, CancellationToken cancellationToken) =>
        AsLearnerAsync(
            root =>
            {
                var (above, name) = Split(path);
                using var directory = Walk(root, above, (d, n) => d.Enter(n));
                return Read(directory, name) ?? throw new WorkspaceFileException(NotThere(path));
            },
            cancellationToken
        );

    /// <summary>Puts text into a file, which has the old or the new whatever happens meanwhile.</summary>
    /// <param name="before">What the file has to hold now; null for one that must not be there.</param>
    /// <param name="force">Whatever it holds.</param>
    /// <exception cref="WorkspaceFileChangedException">It holds something else.</exception>
    /// <exception cref="WorkspaceFileException">It may not be written.</exception>
    public async Task WriteAsync(
        string path,
        string text,
        string? before,
        bool force,
        CancellationToken cancellationToken
    )
    {
        var (above, name) = Split(path);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > MostBytes)
            throw new WorkspaceFileException($"A file here has no more than {MostBytes / 1024} KiB.");
        if (limit.IsFull)
            throw new WorkspaceFileException("Your home is full. Delete what you do not need in the terminal.");
        await AsLearnerAsync<bool>(
                root =>
                {
                    using var directory = Walk(root, above, (d, n) => d.EnterOrMake(n));
                    if (directory is null) throw new WorkspaceFileException(NotWritten(path));
                    if (!force && Read(directory, name) != before) throw new WorkspaceFileChangedException(path);
                    return Replace(directory, name, bytes) ? true : throw new WorkspaceFileException(NotWritten(path));
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        limit.Watch();
    }

    private static (ImmutableArray<string> Above, string Name) Split(string path)
    {
        if (ManifestPath.ProblemOf(path) is { } problem) throw new WorkspaceFileException(problem);
        var parts = path.Split('/');
        return ([.. parts[..^1]], parts[^1]);
    }

    private WorkspaceFileList List(OpenDirectory root)
    {
        var files = ImmutableArray.CreateBuilder<WorkspaceFile>();
        var waiting = new Queue<ImmutableArray<string>>([[]]);
        var (directories, isWhole) = (0, true);
        while (waiting.TryDequeue(out var path))
        {
            using var directory = Walk(root, path, (d, n) => d.Enter(n));
            if (directory is null) continue;
            if (++directories > MostDirectories) return new(files.ToImmutable(), false);
            var entries = directory.Entries().Take(MostEntries).ToList();
            isWhole &= entries.Count < MostEntries;
            foreach (var entry in entries.OrderBy(e => e.Text, StringComparer.Ordinal))
            {
                var below = string.Join('/', path.Add(entry.Text));
                if (entry.IsDirectory && ManifestPath.IsName(entry.Text) && path.Length + 2 <= ManifestPath.MostLevels)
                    waiting.Enqueue(path.Add(entry.Text));
                else if (entry.IsFile && ManifestPath.ProblemOf(below) is null)
                {
                    if (files.Count == MostFiles) return new(files.ToImmutable(), false);
                    files.Add(new(below, entry.Length));
                }
            }
        }
        return new(files.ToImmutable(), isWhole);
    }

    private OpenDirectory? Walk(
        OpenDirectory root,
        ImmutableArray<string> path,
        Func<OpenDirectory, string, OpenDirectory?> enter
    )
    {
        var at = enter(root, lesson);
        foreach (var name in path)
        {
            if (at is null) break;
            using var above = at;
            at = enter(above, name);
        }
        return at;
    }

    /// <returns>Null when there is no such plain file.</returns>
    private static string? Read(OpenDirectory? directory, string name)
    {
        using var file = directory?.OpenFile(name);
        if (file is null) return null;
        var bytes = new byte[MostBytes + 1];
        var length = 0;
        while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is var read and > 0)
            length += read;
        if (length > MostBytes)
            throw new WorkspaceFileException(
                $"{name} has more than {MostBytes / 1024} KiB. Look at it in the terminal, for example with less."
            );
        try
        {
            return s_text.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new WorkspaceFileException($"{name} is no text.");
        }
    }

    private static bool Replace(OpenDirectory directory, string name, byte[] bytes)
    {
        var other = $".{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.portal";
        using (var file = directory.CreateFile(other))
        {
            if (file is null) return false;
            RandomAccess.Write(file, bytes, 0);
        }
        if (directory.Rename(other, name)) return true;
        directory.Delete(other);
        return false;
    }

    /// <summary>On a thread that is nobody else's before or after, for its rights are the learner's.</summary>
    private Task<T> AsLearnerAsync<T>(Func<OpenDirectory, T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        BlockingThread.Start(
            "workspace files",
            guarded,
            () =>
            {
                try
                {
                    // Before: what is above the home is the portal's alone.
                    using var root = OpenDirectory.At(home) ?? throw new IOException($"{home} is not there.");
                    if (user is { } learner) Kernel.UseFilesAs(learner);
                    done.TrySetResult(work(root));
                }
                catch (Exception e)
                {
                    done.TrySetException(e);
                }
            },
            () => { }
        );
        return done.Task.WaitAsync(cancellationToken);
    }

    private static string NotThere(string path) =>
        $"{path} is not there any more, or it is a link, which is not opened here. Look for it in the terminal "
            + "with ls.";

    private static string NotWritten(string path) =>
        $"{path} could not be written: something in its way is no directory of yours. Look at it in the terminal "
            + "with ls -l.";
}
