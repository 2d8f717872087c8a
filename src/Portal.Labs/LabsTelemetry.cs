using System.Diagnostics;
using System.Diagnostics.Metrics;
using Portal.Labs.Sessions;

namespace Portal.Labs;

/// <summary>
/// What an operator measures. Courses, lessons, blocks and outcomes may be told; never whose they are, and nothing that
/// a learner wrote.
/// </summary>
internal static class LabsTelemetry
{
    public const string Name = "Portal";

    private static readonly ActivitySource s_traces = new(Name);
    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_started = s_meter.CreateCounter<long>(
        "portal.runs.started",
        "{run}",
        "Runs of blocks that were started."
    );
    private static readonly Counter<long> s_ended = s_meter.CreateCounter<long>(
        "portal.runs.ended",
        "{run}",
        "Runs of blocks that ended, by their outcome."
    );
    private static readonly Histogram<double> s_firstOutput = s_meter.CreateHistogram<double>(
        "portal.run.first_output",
        "s",
        "From the start of a run to the first output of a command."
    );
    private static readonly Histogram<double> s_grading = s_meter.CreateHistogram<double>(
        "portal.grading.duration",
        "s",
        "How long the checks of a run took."
    );

    public static UpDownCounter<long> Sessions { get; } =
        s_meter.CreateUpDownCounter<long>("portal.sessions", "{session}", "Lesson sessions that are open.");

    public static UpDownCounter<long> Hibernated { get; } =
        s_meter.CreateUpDownCounter<long>(
            "portal.sessions.hibernated",
            "{session}",
            "Sessions that sleep on disk until their learner returns."
        );

    public static UpDownCounter<long> Waiting { get; } =
        s_meter.CreateUpDownCounter<long>("portal.admission.waiting", "{person}", "People who wait for a session.");

    public static UpDownCounter<long> Unsaved { get; } =
        s_meter.CreateUpDownCounter<long>(
            "portal.results.unsaved",
            "{result}",
            "Results that are shown and wait for the database."
        );

    public static RunMeasure StartRun(LessonSessionKey key, string blockId, TimeProvider time) =>
        new(Begin("run", key)?.SetTag("portal.block", blockId), time);

    /// <summary>Measures until disposed.</summary>
    public static IDisposable StartGrading(LessonSessionKey key, TimeProvider time) =>
        new GradingMeasure(Begin("grading", key), time);

    private static Activity? Begin(string name, LessonSessionKey key) =>
        s_traces
            .StartActivity(name)
            ?.SetTag("portal.course", key.CourseId)
            .SetTag("portal.lesson", key.LessonId);

    /// <summary>One run, from when it is its turn to its end. Ends as failed when nothing else was said.</summary>
    public sealed class RunMeasure : IDisposable
    {
        private readonly Activity? _activity;
        private readonly TimeProvider _time;
        private readonly long _begun;
        private RunPhase _outcome = RunPhase.Failed;
        private bool _printed;

        internal RunMeasure(Activity? activity, TimeProvider time)
        {
            (_activity, _time, _begun) = (activity, time, time.GetTimestamp());
            s_started.Add(1);
        }

        public void Seen(RunSnapshot run)
        {
            if (_printed || run.Commands.All(c => c.Output.Length == 0))
                return;
            _printed = true;
            s_firstOutput.Record(_time.GetElapsedTime(_begun).TotalSeconds);
        }

        public void Ended(RunPhase outcome) => _outcome = outcome;

        public void Dispose()
        {
            var outcome = _outcome.ToString();
            s_ended.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
            _activity?.SetTag("portal.outcome", outcome);
            _activity?.Dispose();
        }
    }

    private sealed class GradingMeasure(Activity? activity, TimeProvider time) : IDisposable
    {
        private readonly long _begun = time.GetTimestamp();

        public void Dispose()
        {
            s_grading.Record(time.GetElapsedTime(_begun).TotalSeconds);
            activity?.Dispose();
        }
    }
}
