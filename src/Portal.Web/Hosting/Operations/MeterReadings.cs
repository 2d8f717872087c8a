using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Portal.Web.Hosting.Operations;

/// <summary>
/// Adds up what the portal's meters tell, from the start of the process on, as <c>/metrics</c> would. Thread-safe.
/// </summary>
internal sealed class MeterReadings : IHostedService, IDisposable
{
    public const string Circuits = "aspnetcore.components.circuit.active";
    public const string Connected = "aspnetcore.components.circuit.connected";
    public const string Sandboxes = "portal.sandboxes";
    public const string Unsaved = "portal.results.unsaved";
    public const string RunsStarted = "portal.runs.started";
    public const string RunsEnded = "portal.runs.ended";
    public const string FirstOutput = "portal.run.first_output";
    public const string Grading = "portal.grading.duration";

    private static readonly string[] s_meters = ["Portal", "Microsoft.AspNetCore.Components.Server.Circuits"];

    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RecentValues> _values = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>The sum of a counter since the start; 0 while nothing was counted.</summary>
    public long Sum(string name) => _sums.GetValueOrDefault(name);

    /// <summary>The part of a counter that has this tag.</summary>
    public long Sum(string name, object tag) => _sums.GetValueOrDefault($"{name} {tag}");

    /// <summary>Seconds that were measured lately.</summary>
    public Percentiles Recent(string name) => _values.GetValueOrDefault(name)?.Read() ?? new(0, 0, 0);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (s_meters.Contains(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
                foreach (var (_, tag) in tags)
                    _sums.AddOrUpdate($"{instrument.Name} {tag}", value, (_, sum) => sum + value);
            }
        );
        _listener.SetMeasurementEventCallback<double>(
            (instrument, value, _, _) => _values.GetOrAdd(instrument.Name, _ => new()).Add(value)
        );
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    /// <summary>The last of them, to be sorted when somebody asks.</summary>
    private sealed class RecentValues
    {
        private const int Kept = 200;

        private readonly Queue<double> _values = new();

        public void Add(double value)
        {
            lock (_values)
            {
                _values.Enqueue(value);
                if (_values.Count > Kept) _values.Dequeue();
            }
        }

        public Percentiles Read()
        {
            double[] sorted;
            lock (_values) sorted = [.. _values];
            Array.Sort(sorted);
            return sorted.Length == 0
                ? new(0, 0, 0)
                : new(sorted.Length, sorted[(sorted.Length - 1) / 2], sorted[(int)((sorted.Length - 1) * 0.95)]);
        }
    }
}

/// <param name="Count">How many values these are of; 0 for none.</param>
/// <param name="Median">In seconds.</param>
/// <param name="Slow">The 95th percentile, in seconds.</param>
public sealed record Percentiles(int Count, double Median, double Slow);
