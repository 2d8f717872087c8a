using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// The edge of a process: whatever happens in it becomes an exit status, and what it held is given back.
/// </summary>
internal static class ProcessRunner
{
    public const int Killed = 137, BrokenPipe = 141, Fault = 139;

    private const int Interrupted = 130, SignalBase = 128;

    /// <summary>Runs a process to its end. Never throws.</summary>
    public static async Task<int> RunAsync(ContainerProcess process, string name, Func<Task<int>> body)
    {
        var status = Fault;
        try
        {
            process.Container.Pod.Cluster.Guarded.Entering?.Invoke("process");
            status = await body().ConfigureAwait(false);
        }
        catch (BrokenPipeException)
        {
            status = BrokenPipe;
        }
        catch (OperationCanceledException)
        {
            status =
                process.FatalSignal > 0 ? SignalBase + process.FatalSignal
                : process.Session.Token.IsCancellationRequested ? Killed
                : Interrupted;
        }
        catch (OutOfMemoryKillException)
        {
            process.Session.Kill(outOfMemory: true);
            status = Killed;
        }
        catch (ShellErrorException e)
        {
            status = e.Status;
            await SayAsync(process, $"{name}: {e.Message}\n").ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShellSyntaxException or ForkException)
        {
            status = 2;
            await SayAsync(process, $"{name}: {e.Message}\n").ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandException or FileException)
        {
            status = (e as CommandException)?.Status ?? 1;
            await SayAsync(process, $"{name}: {e.Message}\n").ConfigureAwait(false);
        }
        catch (Exception e)
        {
            process.Container.ReportFault(name, e);
            await SayAsync(process, $"{FaultText(e)}\n").ConfigureAwait(false);
        }
        process.Exit(status);
        return status;
    }

    /// <summary>A fault as one line.</summary>
    public static string FaultText(Exception e) =>
        $"Segmentation fault ({e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")})";

    private static async Task SayAsync(ContainerProcess process, string text)
    {
        try
        {
            if (process.Files[2] is { } errors)
                await errors.WriteAsync(ByteText.Bytes(text), process.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e
                    is OperationCanceledException
                        or BrokenPipeException
                        or FileException
                        or ObjectDisposedException
                        or IOException
            )
        {
            // Nobody is left to tell.
        }
    }
}
