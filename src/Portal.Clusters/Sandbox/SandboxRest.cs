using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Portal.Sandbox;
using Portal.Shared;

namespace Portal.Clusters.Sandbox;

/// <summary>
/// Puts clusters that nobody leases into files of a directory, and brings them back when somebody does. One in which
/// something goes on stays in memory, and is looked at again each minute. Thread-safe.
/// </summary>
internal sealed class SandboxRest : IAsyncDisposable
{
    private const string Extension = ".cluster";
    private const int Stripes = 64;
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly SandboxServer _server;
    private readonly string? _directory;
    private readonly ILogger _logger;
    private readonly Guarded _guarded;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, int> _leases = new(StringComparer.Ordinal);

    /// <param name="directory">Null keeps every cluster in memory.</param>
    public SandboxRest(SandboxServer server, string? directory, ILogger logger, TimeProvider time)
    {
        (_server, _directory, _logger) = (server, directory, logger);
        _guarded = new Guarded("sandbox clusters", logger, time);
        _timer = _guarded.Timer("put unused clusters to rest", LookAgain, s_again, s_again);
        if (directory is not null) PrivateFile.CreateDirectory(directory);
    }

    /// <summary>The cluster, from memory, from its file, or new.</summary>
    public async Task<(SandboxCluster Cluster, ClusterPast Past)> TakeAsync(
        string id,
        CancellationToken cancellationToken
    )
    {
        using var turn = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        var (cluster, past) = _server.Find(id) is { } found
            ? (found, ClusterPast.Kept)
            : await WakeAsync(id, cancellationToken).ConfigureAwait(false) is { } woken
                ? (woken, ClusterPast.Slept)
                : (_server.GetOrCreate(id), ClusterPast.New);
        _leases.AddOrUpdate(id, 1, (_, count) => count + 1);
        return (cluster, past);
    }

    /// <summary>A lease is given up; with the last one the cluster goes to rest, if it can.</summary>
    public async Task ReturnAsync(string id)
    {
        using var turn = await EnterAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (_leases.AddOrUpdate(id, 0, (_, count) => count - 1) > 0) return;
        _leases.TryRemove(id, out _);
        await RestAsync(id, always: false).ConfigureAwait(false);
    }

    public async Task ResetAsync(string id, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        _server.Find(id)?.Reset();
        Forget(_directory, id);
    }

    /// <returns>Whether there was one in memory.</returns>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(id, cancellationToken).ConfigureAwait(false);
        Forget(_directory, id);
        if (_server.Find(id) is null) return false;
        await _server.DeleteAsync(id).ConfigureAwait(false);
        return true;
    }

    /// <summary>Deletes what is at rest, also when no server has started yet.</summary>
    public static void Forget(string? directory, string id)
    {
        if (directory is not null && Directory.Exists(directory)) File.Delete(FileOf(directory, id));
    }

    /// <summary>The portal ends: what is still in memory is written down as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (var id in _server.Ids)
        {
            using var turn = await EnterAsync(id, CancellationToken.None).ConfigureAwait(false);
            await RestAsync(id, always: true).ConfigureAwait(false);
        }
    }

    private async Task<SandboxCluster?> WakeAsync(string id, CancellationToken cancellationToken)
    {
        if (_directory is null || FileOf(_directory, id) is not { } file || !File.Exists(file)) return null;
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var cluster = await _server.WakeAsync(id, file, cancellationToken).ConfigureAwait(false);
            File.Delete(file);
            Log.ClusterWoken(_logger, id, Stopwatch.GetElapsedTime(begun));
            return cluster;
        }
        catch (InvalidDataException e)
        {
            // Kept for who can tell why; the learner goes on with a new one.
            File.Move(file, file + ".damaged", overwrite: true);
            Log.ClusterNotWoken(_logger, e, id);
            return null;
        }
    }

    private async Task RestAsync(string id, bool always)
    {
        if (_directory is null) return;
        try
        {
            if (await _server.TryHibernateAsync(id, FileOf(_directory, id), always).ConfigureAwait(false))
                Log.ClusterAtRest(_logger, id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays in memory, and works.
            Log.ClusterNotAtRest(_logger, e, id);
        }
    }

    private void LookAgain()
    {
        if (_directory is null) return;
        foreach (var id in _server.Ids.Where(id => !_leases.ContainsKey(id)))
            _ = _guarded.Start("put to rest", () => RestUnusedAsync(id));
    }

    private async Task RestUnusedAsync(string id)
    {
        using var turn = await EnterAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (!_leases.ContainsKey(id)) await RestAsync(id, always: false).ConfigureAwait(false);
    }

    private async Task<Turn> EnterAsync(string id, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)id.GetHashCode(StringComparison.Ordinal) % Stripes];
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new(turn);
    }

    private static string FileOf(string directory, string id) => Path.Combine(directory, id + Extension);

    private readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
