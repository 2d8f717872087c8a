using System.Diagnostics;

namespace Portal.Benchmarks;

internal static class Memory
{
    /// <summary>Live heap and resident set in bytes, after a full collection.</summary>
    public static (long Heap, long Resident) Measure()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), self.WorkingSet64);
    }
}
