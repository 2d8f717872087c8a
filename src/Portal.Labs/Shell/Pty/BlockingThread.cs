using Portal.Shared;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// Threads for the two calls into the C library that block for as long as a shell lives (poll, waitpid): on the pool
/// each would take a worker away from everybody. The one place in src/ that makes threads; what the work throws ends
/// in the log.
/// </summary>
internal static class BlockingThread
{
    private const int StackSize = 128 * 1024;

    /// <param name="ended">Called after the work, whatever became of it.</param>
    public static Thread Start(string name, Guarded guarded, Action work, Action ended)
    {
#pragma warning disable RS0030 // Banned elsewhere: see the summary.
        var thread = new Thread(() => Run(name, guarded, work, ended), StackSize) { IsBackground = true, Name = name };
#pragma warning restore RS0030
        thread.Start();
        return thread;
    }

    private static void Run(string name, Guarded guarded, Action work, Action ended)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            guarded.Failed(e, name, null);
        }
        ended();
    }
}
