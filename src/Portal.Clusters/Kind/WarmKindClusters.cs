using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Shared;

namespace Portal.Clusters.Kind;

/// <summary>
/// Clusters that are made before anybody asks, because kind takes minutes: who comes gets one at once, and another is
/// made in its place. Files in the state directory say which are ready and whose each became, so that both survive a
/// restart. Thread-safe.
/// </summary>
internal sealed class WarmKindClusters(
    KindCommands kind,
    IOptions<ClusterOptions> options,
    TimeProvider time,
    ILogger<WarmKindClusters> logger
) : IHostedService, IDisposable
{
    public const string Prefix = "portal-warm-";
    private const string Ready = ".ready";
    private const string Taken = ".taken";

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _filling = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Guarded _guarded = new("warm kind clusters", logger, time);
    private Task _work = Task.CompletedTask;
    private bool _disposed;

    private string Directory => options.Value.StateDirectory;
    private int Wanted => options.Value.Kind.Warm;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Fill();
        return Task.CompletedTask;
    }

    /// <summary>Clusters that are warm stay: making them took long.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host that failed to start disposes before it stops.
        if (_disposed) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>The name that kind knows a learner's cluster by.</summary>
    public string Resolve(string name) =>
        FileOf(name, Taken) is var file && File.Exists(file) ? File.ReadAllText(file) : name;

    /// <summary>Makes a warm cluster the learner's.</summary>
    /// <returns>False when none is ready.</returns>
    public bool TryTake(string name)
    {
        lock (_gate)
        {
            if (Names(Ready).FirstOrDefault() is not { } warm) return false;
            // First whose it is: should the process end here, nobody else gets it.
            PrivateFile.Write(FileOf(name, Taken), warm);
            File.Delete(FileOf(warm, Ready));
        }
        Fill();
        return true;
    }

    /// <summary>The learner's cluster is deleted.</summary>
    public void Forget(string name)
    {
        if (System.IO.Directory.Exists(Directory)) File.Delete(FileOf(name, Taken));
    }

    private void Fill()
    {
        if (Wanted > 0) _work = _guarded.Keep("make warm clusters", FillAsync, _stopping.Token);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        await _filling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            PrivateFile.CreateDirectory(Directory);
            foreach (var left in await LeftoversAsync(cancellationToken).ConfigureAwait(false))
                await kind.DeleteAsync(left, cancellationToken).ConfigureAwait(false);
            while (Names(Ready).Count < Wanted)
            {
                var name = Prefix + Guid.NewGuid().ToString("n")[..8];
                await kind.CreateAsync(name, new Silent(), cancellationToken).ConfigureAwait(false);
                PrivateFile.Write(FileOf(name, Ready), "");
            }
        }
        finally
        {
            _filling.Release();
        }
    }

    /// <summary>Those that a process began to make that ended before.</summary>
    private async Task<List<string>> LeftoversAsync(CancellationToken cancellationToken)
    {
        var all = await kind.ListAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            var known = Names(Ready).Concat(Names(Taken).Select(Resolve)).ToHashSet(StringComparer.Ordinal);
            return [.. all.Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(n))];
        }
    }

    private List<string> Names(string extension) =>
        System.IO.Directory.Exists(Directory)
            ?
            [
                .. System
                    .IO.Directory.EnumerateFiles(Directory, "*" + extension)
                    .Select(f => Path.GetFileNameWithoutExtension(f))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    private string FileOf(string name, string extension) => Path.Combine(Directory, name + extension);

    private sealed class Silent : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
