using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Portal.Classroom.Learners;
using Portal.Classroom.Progress;
using Portal.Content;
using Portal.Shared;
using Portal.Web.Deliveries;
using Portal.Web.Hosting;

namespace Portal.Web.Webhooks;

/// <summary>
/// Tells the receivers of <c>Portal:Webhooks</c> what learners reach. What waits is in memory: after a restart it is
/// not told any more, and a class's export has it.
/// </summary>
internal sealed class WebhookService : BackgroundService, IProgressObserver
{
    private const int Limit = 1000;

    private readonly Channel<(ProgressKey Key, SectionFact Fact)> _completed =
        Channel.CreateBounded<(ProgressKey, SectionFact)>(Limit);
    private readonly Guarded _guarded;
    private readonly WebhookQueue[] _queues;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger<WebhookService> _logger;

    public WebhookService(
        IOptions<PortalOptions> options,
        DeliveryClient deliveries,
        IServiceProvider services,
        TimeProvider time,
        ILogger<WebhookService> logger
    )
    {
        _guarded = new Guarded("webhooks", logger, time);
        _queues = [.. options.Value.Webhooks.Select(r => new WebhookQueue(r, deliveries, time, logger))];
        _services = services;
        _time = time;
        _logger = logger;
    }

    public void SectionCompleted(ProgressKey key, SectionFact fact)
    {
        if (_queues.Length > 0 && !_completed.Writer.TryWrite((key, fact)))
            Log.WebhookFull(_logger, "(all)", Limit);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        _queues.Length == 0
            ? []
            :
            [
                _guarded.Keep("events", ReadAllAsync, stoppingToken),
                .. _queues.Select(q => _guarded.Keep("deliveries", q.SendAllAsync, stoppingToken)),
            ]
    );

    private async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        while (await _completed.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!_completed.Reader.TryPeek(out var next))
                continue;
            foreach (var made in await MakeAsync(next.Key, next.Fact, cancellationToken))
            foreach (var queue in _queues)
                queue.Add(made);
            _completed.Reader.TryRead(out _);
        }
    }

    private async Task<IReadOnlyList<WebhookEvent>> MakeAsync(
        ProgressKey key,
        SectionFact fact,
        CancellationToken cancellationToken
    )
    {
        // Found when needed: progress itself is made with its observers.
        var learners = _services.GetRequiredService<ILearners>();
        var learner = (await learners.FindAsync(key.LearnerId, cancellationToken))?.Name ?? key.LearnerId;
        var type = fact.Kind == "exercise" ? WebhookEvent.ExercisePassed : WebhookEvent.SectionCompleted;
        List<WebhookEvent> made = [WebhookEvent.Make(type, key, learner, fact.SectionId, fact.At)];
        if (await IsLessonCompletedAsync(key, fact, cancellationToken))
            made.Add(WebhookEvent.Make(WebhookEvent.LessonCompleted, key, learner, null, fact.At));
        return made;
    }

    /// <summary>Whether this was the last that was missing; more may have been recorded since.</summary>
    private async Task<bool> IsLessonCompletedAsync(
        ProgressKey key,
        SectionFact fact,
        CancellationToken cancellationToken
    )
    {
        var lesson = _services.GetRequiredService<ICourseCatalog>().FindLesson(key.CourseId, key.LessonId);
        var wanted = lesson?.Sections.Where(s => s.IsTask).ToList() ?? [];
        var progress = await _services.GetRequiredService<IProgressService>().LoadAsync(key, cancellationToken);
        var now = _time.GetUtcNow();
        // What has not come yet was before the clock was set back.
        var done = progress
            .Sections.Where(s => s.CompletedAt <= fact.At || s.CompletedAt > now)
            .Select(s => s.SectionId)
            .ToHashSet();
        return wanted.Count > 0 && wanted.TrueForAll(s => done.Contains(s.Id));
    }
}
