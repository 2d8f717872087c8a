using System.Collections.Immutable;
using Portal.Labs.Capacity;

namespace Portal.Web.Hosting.Operations;

/// <summary>What runs short first when a class is there as a whole.</summary>
public enum Shortage
{
    None,
    Memory,
    Processors,
    Limit,
}

/// <summary>What a class needs when all of it works at once.</summary>
public sealed record ClassForecast(string Name, int Learners, long Bytes, double Processors, Shortage Shortage);

/// <summary>How many sessions this machine has room for, and what each class needs.</summary>
/// <param name="Sessions">Room for so many in all, those that are open included.</param>
/// <param name="ByMemory">So many by memory alone.</param>
/// <param name="ByProcessors">So many by processor time alone.</param>
/// <param name="Cores">Processors that one session keeps busy.</param>
/// <param name="CoresMeasured">Whether that was measured; expected only otherwise.</param>
public sealed record Forecast(
    SessionFootprint Footprint,
    double Cores,
    bool CoresMeasured,
    int ByMemory,
    int ByProcessors,
    int Sessions,
    ImmutableArray<ClassForecast> Classes
)
{
    /// <summary>A learner starts a program of a tenth of a second every ten seconds.</summary>
    private const double ExpectedCores = 0.01;

    /// <summary>Fewer tell more of one learner than of a class.</summary>
    private const int Fewest = 5;

    /// <summary>Above it what is started waits noticeably.</summary>
    private const double Comfortable = 0.8;

    /// <param name="busyCores">Processors that are busy now.</param>
    /// <param name="watched">Sessions that somebody works in now.</param>
    /// <param name="limit">The configured limit, or null.</param>
    /// <param name="reserved">Bytes that stay free.</param>
    public static Forecast Of(
        MachineState machine,
        SessionFootprint footprint,
        int open,
        int watched,
        double? busyCores,
        int? limit,
        long reserved,
        IEnumerable<(string Name, int Learners)> classes
    )
    {
        var measured = watched >= Fewest && busyCores is not null;
        // A class that reads right now is no proof that one that works needs nothing.
        var cores = measured ? Math.Max(busyCores!.Value / watched, ExpectedCores / 4) : ExpectedCores;
        var byMemory = open + (int)(Math.Max(0, machine.MemoryAvailable - reserved) / footprint.Bytes);
        var byProcessors = (int)(machine.Processors * Comfortable / cores);
        return new(
            footprint,
            cores,
            measured,
            byMemory,
            byProcessors,
            Math.Min(limit ?? int.MaxValue, Math.Min(byMemory, byProcessors)),
            [
                .. classes.Select(c => new ClassForecast(
                    c.Name,
                    c.Learners,
                    c.Learners * footprint.Bytes,
                    c.Learners * cores,
                    c.Learners > byMemory ? Shortage.Memory
                        : c.Learners > byProcessors ? Shortage.Processors
                        : c.Learners > limit ? Shortage.Limit
                        : Shortage.None
                )),
            ]
        );
    }
}
