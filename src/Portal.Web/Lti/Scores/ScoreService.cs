using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Portal.Content;
using Portal.Shared;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti.Scores;

/// <summary>
/// Tells platforms how far their learners are. How far follows from the recorded progress, of which nothing is lost;
/// so after a start it looks at everybody again, and whoever a platform has not heard of is sent.
/// </summary>
internal sealed class ScoreService : BackgroundService, IProgressObserver
{
    private readonly ConcurrentDictionary<ProgressKey, bool> _changed = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly Guarded _guarded;
    private readonly ScoreQueue[] _queues;
    private readonly IPlatformScores _scores;
    private readonly IServiceProvider _services;

    public ScoreService(
        IOptions<LtiOptions> options,
        IPlatformScores scores,
        LtiKey key,
        DeliveryClient deliveries,
        IServiceProvider services,
        TimeProvider time,
        ILogger<ScoreService> logger
    )
    {
        _guarded = new Guarded("scores", logger, time);
        _scores = scores;
        _services = services;
        _queues =
        [
            .. options.Value.Platforms.Select(p =>
                new ScoreQueue(scores, new ServiceClient(p, key, deliveries, time), time, logger)
            ),
        ];
    }

    public void SectionCompleted(ProgressKey key, SectionFact fact) => Look(key);

    /// <summary>Looks soon how far this learner is.</summary>
    public void Look(ProgressKey key)
    {
        if (_queues.Length == 0)
            return;
        _changed[key] = true;
        _wake.Writer.TryWrite(true);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        _queues.Length == 0
            ? []
            :
            [
                _guarded.Keep("progress", CountAllAsync, stoppingToken),
                .. _queues.Select(q => _guarded.Keep("deliveries", q.SendAllAsync, stoppingToken)),
            ]
    );

    private async Task CountAllAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await _scores.ListKeysAsync(cancellationToken))
            Look(key);
        while (await _wake.Reader.WaitToReadAsync(cancellationToken))
        {
            _wake.Reader.TryRead(out _);
            foreach (var key in _changed.Keys)
            {
                // Looked at again when it changes meanwhile, and when this fails.
                _changed.TryRemove(key, out _);
                try
                {
                    await CountAsync(key, cancellationToken);
                }
                catch (Exception)
                {
                    Look(key);
                    throw;
                }
            }
        }
    }

    private async Task CountAsync(ProgressKey key, CancellationToken cancellationToken)
    {
        var tasks = _services
            .GetRequiredService<ICourseCatalog>()
            .FindLesson(key.CourseId, key.LessonId)
            ?.Sections.Where(s => s.IsTask)
            .Select(s => s.Id)
            .ToHashSet();
        if (tasks is null)
            return;
        // Found when needed: progress itself is made with its observers. A task that broke again stays done.
        var progress = await _services.GetRequiredService<IProgressService>().LoadAsync(key, cancellationToken);
        var done = progress.Sections.Count(s => s.CompletedAt is not null && tasks.Contains(s.SectionId));
        if (await _scores.SetAsync(key, done, tasks.Count, cancellationToken))
            foreach (var queue in _queues)
                queue.Wake();
    }
}
