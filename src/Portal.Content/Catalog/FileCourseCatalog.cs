using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Content.Model;
using Portal.Shared;

namespace Portal.Content.Catalog;

/// <summary>
/// The courses of a directory, read at construction and again a moment after a file below it changes. Readers never wait:
/// they see the last complete snapshot.
/// </summary>
public sealed class FileCourseCatalog : ICourseCatalog, IDisposable
{
    /// <summary>An editor's save is several file events; they count as one change.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(300);

    private readonly string _root;
    private readonly ILogger<FileCourseCatalog> _logger;
    private readonly FileSystemWatcher _watcher;
    private readonly ITimer _timer;
    private readonly Lock _loading = new();
    private Snapshot _snapshot;

    /// <param name="root">Absolute path of the content root, which must exist.</param>
    public FileCourseCatalog(string root, TimeProvider time, ILogger<FileCourseCatalog> logger)
    {
        _root = root;
        _logger = logger;
        _timer = new Guarded("content", logger, time).Timer(
            "reload",
            Reload,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        _watcher = new FileSystemWatcher(root)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite,
        };
        _watcher.Changed += (_, _) => Schedule();
        _watcher.Created += (_, _) => Schedule();
        _watcher.Deleted += (_, _) => Schedule();
        _watcher.Renamed += (_, _) => Schedule();
        _watcher.EnableRaisingEvents = true;
        _snapshot = Load();
    }

    public ImmutableArray<Course> Courses => Volatile.Read(ref _snapshot).Courses;

    public ImmutableArray<ContentProblem> Problems => Volatile.Read(ref _snapshot).Problems;

    public event Action? Changed;

    public Lesson? FindLesson(string courseId, string lessonId) =>
        Volatile.Read(ref _snapshot).Lessons.TryGetValue((courseId, lessonId), out var lesson) ? lesson : null;

    public void Dispose()
    {
        _watcher.Dispose();
        _timer.Dispose();
    }

    private void Schedule() => _timer.Change(s_quiet, Timeout.InfiniteTimeSpan);

    private void Reload()
    {
        lock (_loading)
        {
            try
            {
                Volatile.Write(ref _snapshot, Load());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A directory vanished while it was read; its own event brings the next attempt.
                Log.ReloadFailed(_logger, e);
                return;
            }
        }
        Changed?.Invoke();
    }

    private Snapshot Load()
    {
        var courses = Directory.EnumerateDirectories(_root)
            .Where(d => !Path.GetFileName(d).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Select(d => CourseLoader.Load(d, _root))
            .ToList();
        var problems = courses.SelectMany(c => c.Problems).OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ToImmutableArray();
        foreach (var problem in problems.Where(p => p.Severity == ProblemSeverity.Error)) Log.Problem(_logger, problem);
        return new(
            [.. courses.Select(c => c.Course)],
            courses.SelectMany(c => c.Lessons.Select(l => (Key: (c.Course.Id, l.Key), l.Value))).ToImmutableDictionary(l => l.Key, l => l.Value),
            problems);
    }

    private sealed record Snapshot(ImmutableArray<Course> Courses, ImmutableDictionary<(string Course, string Lesson), Lesson> Lessons, ImmutableArray<ContentProblem> Problems);
}
