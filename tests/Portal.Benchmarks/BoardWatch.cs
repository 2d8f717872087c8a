using System.Diagnostics;
using System.Net;
using Portal.Web.Testing.Circuits;

namespace Portal.Benchmarks;

/// <summary>
/// An instructor who has a class's board open while it works, and when the board first showed that so many learners
/// have completed a step.
/// </summary>
internal sealed class BoardWatch : IAsyncDisposable
{
    private const string Lesson = "Istio";
    private static readonly TimeSpan s_opening = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_ever = TimeSpan.FromHours(2);

    private readonly CircuitLearner _instructor;
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<int, List<long>> _shown = [];

    private BoardWatch(CircuitLearner instructor) => _instructor = instructor;

    public int Batches => _instructor.Page.Batches;

    /// <summary>Finds the class of the lesson, and holds its board open.</summary>
    public static async Task<BoardWatch> OpenAsync(Uri portal, CookieCollection owner)
    {
        var watch = new BoardWatch(CircuitLearner.Of(portal, owner, "Instructor"));
        await watch._instructor.OpenAsync("/classes");
        var board = await watch._instructor.Page.UntilAsync(BoardLink, s_opening, "the class of the lesson");
        await watch._instructor.OpenAsync(board);
        await watch._instructor.Page.UntilAsync(all => Counts(all), s_opening, "the board");
        // What ends it early, the wait for the last steps meets too.
        _ = watch.WatchAsync();
        return watch;
    }

    /// <summary>
    /// From the end of each learner's step, as their own page shows it, to the board: in milliseconds, and 0 where the
    /// board had it first.
    /// </summary>
    public async Task<List<double>> DelaysAsync(IReadOnlyCollection<CircuitLearner> learners, int steps)
    {
        var ends = Enumerable
            .Range(1, steps)
            .ToDictionary(
                s => s,
                s => learners
                    .Where(l => l.Completed.ContainsKey(s))
                    .Select(l => l.Completed[s])
                    .Order()
                    .ToList()
            );
        await _instructor.Page.UntilAsync(
            all => Counts(all) is { } now && ends.All(e => now.GetValueOrDefault(e.Key) >= e.Value.Count) ? "" : null,
            s_rest,
            "the last steps on the board"
        );
        await _end.CancelAsync();
        lock (_shown)
        {
            // The so many-th learner who completed it, and when the board first counted so many.
            return
            [
                .. ends.SelectMany(e =>
                    e.Value.Zip(_shown.GetValueOrDefault(e.Key, []), (end, shown) => Milliseconds(end, shown))
                ).Order(),
            ];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _instructor.DisposeAsync();
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        var before = "";
        while (!_end.IsCancellationRequested)
        {
            var (now, after) = await _instructor.Page.UntilAsync(
                all =>
                {
                    var counts = Counts(all);
                    var words = counts is null ? before : string.Join(' ', counts);
                    return words == before ? null : Tuple.Create(counts!, words);
                },
                s_ever,
                "a change of the board"
            );
            before = after;
            var at = Stopwatch.GetTimestamp();
            lock (_shown)
            {
                foreach (var (step, count) in now)
                {
                    if (!_shown.TryGetValue(step, out var times))
                        times = _shown[step] = [];
                    while (times.Count < count)
                        times.Add(at);
                }
            }
        }
    }

    private static string? BoardLink(IEnumerable<Node> all) =>
        all.FirstOrDefault(n =>
            n.Name == "a" && n.HasClass("class-card") && n.Words().Contains(Lesson, StringComparison.Ordinal)
        )?.Attributes["href"];

    /// <summary>How many have completed each step, by the row over the learners; null until there is one.</summary>
    private static Dictionary<int, int>? Counts(IEnumerable<Node> all)
    {
        var rows = all.Where(n => n.Name == "tr").Take(2).ToList();
        if (rows is not [var head, var distribution] || !distribution.HasClass("distribution"))
            return null;
        var counts = new Dictionary<int, int>();
        foreach (var (name, cell) in Cells(head).Zip(Cells(distribution)))
        {
            if (int.TryParse(name, out var step) && int.TryParse(cell.Split('/')[0], out var count))
                counts[step] = count;
        }
        return counts;
    }

    private static IEnumerable<string> Cells(Node row) =>
        row.All().Where(n => n.Name is "th" or "td").Select(n => n.Words().Trim());

    private static double Milliseconds(long from, long to) =>
        to > from ? Stopwatch.GetElapsedTime(from, to).TotalMilliseconds : 0;
}
