using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs.Budgets;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>How a container's main process ended.</summary>
/// <param name="Message">What it left in its termination message file.</param>
internal sealed record ContainerExit(int Code, string Reason, DateTimeOffset At, string? Message);

/// <summary>A container: its program, its output, its environment and files. It runs between <see cref="Begin"/> and its exit, perhaps several times.</summary>
internal sealed class ContainerInstance
{
    private const long ProxyUser = 1337;

    /// <summary>Below it a request's own processor time is not worth counting.</summary>
    private static readonly TimeSpan s_light = TimeSpan.FromMilliseconds(0.2);

    private readonly Allowance _logBytes;

    // Text, not a parsed tree: a hundred idle clusters have a thousand of these.
    private byte[] _spec;
    private IReadOnlyDictionary<string, string>? _environment;
    private ContainerRun _run;

    public ContainerInstance(PodInstance pod, JsonObject spec)
    {
        _spec = spec.ToUtf8();
        Pod = pod;
        Name = spec.Str("name") ?? "";
        Image = spec.Str("image") ?? "";
        Program = ProgramCatalog.Create(spec);
        _logBytes = new(pod.Cluster.Budgets.ContainerLog, pod.Cluster.Programs.Logs);
        Log = NewLog(null);
        Command = [.. spec.Strings("command"), .. spec.Strings("args")];
        Files = new ContainerFiles(pod, spec);
        User = spec.Num("securityContext", "runAsUser") is { } user ? (long)user : pod.RunAsUser;
        RunsAsProxy = Name == "istio-proxy" || User == ProxyUser;
        _run = new(this, spec);
    }

    public PodInstance Pod { get; }
    public IPodProgram Program { get; private set; }
    public ContainerLog Log { get; private set; }

    /// <summary>The output of the process before the last restart.</summary>
    public ContainerLog? PreviousLog { get; private set; }
    public string Name { get; }
    public string Image { get; private set; }
    public IReadOnlyList<string> Command { get; private set; }
    public IReadOnlyDictionary<string, string> Environment => _environment ??= ContainerEnvironment.For(Pod, Spec);
    public ContainerFiles Files { get; private set; }
    public JsonObject Spec => JsonExtensions.ParseObject(_spec);

    /// <summary>The user that the spec names; null for the image's own.</summary>
    public long? User { get; }

    /// <summary>Where processes begin.</summary>
    public string WorkingDirectory => Spec.Str("workingDir") is { Length: > 0 } directory ? directory : "/";

    /// <summary>Whether this is an init container that has to end before the pod goes on.</summary>
    public bool RunsOnce { get; init; }

    /// <summary>Whether what the container sends is not redirected to the sidecar: it runs as the proxy's own user.</summary>
    public bool RunsAsProxy { get; }

    public bool IsProxy => Name == "istio-proxy";

    public bool IsRunning { get; private set; }
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Set once the main process has ended, until it begins again.</summary>
    public ContainerExit? Exit { get; private set; }

    /// <summary>What the node's probes found; null for a container without any.</summary>
    public ContainerProbes? Probes { get; private set; }

    /// <summary>How long the next restart has to wait after an exit; zero when it may follow at once.</summary>
    public TimeSpan BackOff { get; set; }

    /// <summary>The terminal or pipe of a container with <c>stdin</c>; null without.</summary>
    public ContainerConsole? Console { get; private set; }

    public ContainerUsage Usage { get; } = new();

    /// <summary>Whether a postStart hook is done, or there is none.</summary>
    public bool HookDone { get; set; } = true;

    /// <summary>The processes that run now and their budget.</summary>
    public ContainerRun CurrentRun => _run;

    /// <summary>Standard streams of a main process without a console: no input, output to the log.</summary>
    public ShellIo LogIo() => new(ShellIo.NoInput, Log.OpenStream().WriteAsync, Log.OpenStream().WriteAsync);

    public void Begin()
    {
        if (Exit is not null)
        {
            PreviousLog?.Release();
            PreviousLog = Log;
            Log = NewLog(PreviousLog);
        }
        var spec = Spec;
        Program = ProgramCatalog.Create(spec);
        _environment = null;
        Command = [.. spec.Strings("command").Concat(spec.Strings("args")).Select(a => ContainerEnvironment.Expand(a, Environment))];
        Files.Clear();
        Files = new ContainerFiles(Pod, spec);
        Console = spec.Flag("stdin") == true ? new ContainerConsole(Log, spec.Flag("tty") == true) : null;
        StartedAt = Pod.Cluster.Now;
        Probes = ContainerProbes.For(spec, StartedAt);
        Exit = null;
        var run = new ContainerRun(this, spec);
        _run = run;
        IsRunning = true;
        Pod.Cluster.Guarded.Start("program", () => RunAsync(run), () => Finish(run, ProcessRunner.Fault, "Error"));
    }

    /// <summary>Takes over a changed image; the caller begins the container again.</summary>
    public void Replace(JsonObject spec)
    {
        _spec = spec.ToUtf8();
        Image = spec.Str("image") ?? "";
    }

    /// <summary>Ends the process from outside, as a signal does.</summary>
    public void Kill(int code, string reason)
    {
        var run = _run;
        if (!IsRunning || !run.TryEnd()) return;
        End(code, reason);
        run.Cancel();
    }

    /// <summary>Whether the process can be ended and begun again without anyone noticing.</summary>
    public bool CanSleep =>
        !Files.IsTouched
        && (!IsRunning || (!Program.ActsByItself(this) && !_run.Processes.All.Any(p => p.IsBackground)))
        && BackOff == TimeSpan.Zero;

    /// <summary>Goes on with what the container had written when its cluster fell asleep.</summary>
    public void Resume(ContainerLog log, ContainerLog? previous)
    {
        Begin();
        log.Reopen();
        (Log, PreviousLog) = (log, previous);
    }

    /// <param name="keepsLog">Whether the log is kept for when the pod is started again.</param>
    public void Stop(bool keepsLog = false)
    {
        var run = _run;
        IsRunning = false;
        run.TryEnd();
        run.Cancel();
        Log.Close();
        Console?.Close();
        Files.Clear();
        if (keepsLog) return;
        Log.Release();
        PreviousLog?.Release();
    }

    /// <summary>A request that reached the program.</summary>
    public ValueTask<HttpReply> HandleAsync(int port, HttpCall call, CancellationToken cancellationToken)
    {
        Usage.Add(Program.RequestCost, Pod.Cluster.Now);
        try
        {
            var begun = Stopwatch.GetTimestamp();
            var answering = Program.HandleAsync(this, port, call, cancellationToken);
            var work = Stopwatch.GetElapsedTime(begun);
            return answering.IsCompletedSuccessfully && work < s_light
                ? answering
                : AnswerAsync(answering, work, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(Broken(e));
        }
    }

    /// <summary>What is heavy, as a query of Prometheus may be, is paid for as a script's work is.</summary>
    private async ValueTask<HttpReply> AnswerAsync(
        ValueTask<HttpReply> answering,
        TimeSpan work,
        CancellationToken stop
    )
    {
        try
        {
            var reply = await answering.ConfigureAwait(false);
            if (work >= s_light) await _run.Budget.SpendAsync(work.TotalSeconds, stop).ConfigureAwait(false);
            return reply;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Broken(e);
        }
    }

    /// <summary>A server that fails on a request drops the connection; whoever called is not to blame.</summary>
    private HttpReply Broken(Exception fault)
    {
        ReportFault(Name, fault);
        return HttpReply.Fail(ConnectionFailure.Reset);
    }

    /// <summary>Tells the operator of a fault in a program.</summary>
    public void ReportFault(string program, Exception fault) =>
        Pod.Cluster.Guarded.Invoke(
            "log",
            () =>
                Sandbox.Log.ProgramFault(
                    Pod.Cluster.Options.LoggerFactory.CreateLogger("Portal.Sandbox.Programs"),
                    fault,
                    program,
                    Name,
                    Pod.Namespace,
                    Pod.Name,
                    Pod.Cluster.Id
                )
        );

    private ContainerLog NewLog(ContainerLog? previous) =>
        new(Pod.Cluster.Time, _logBytes, Pod.Cluster.Budgets.LogLine, previous);

    private async Task RunAsync(ContainerRun run)
    {
        RequestClock.Leave();
        var (code, reason, log) = (0, "", Log);
        try
        {
            // What an init container of a server's image does besides serving is not simulated: it is done at once.
            code =
                RunsOnce && Program is not (ShellProgram or StressProgram)
                    ? 0
                    : await Program.RunAsync(this, run.Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            code = 143;
        }
        catch (OutOfMemoryKillException)
        {
            (code, reason) = (137, "OOMKilled");
        }
        catch (CommandNotFoundException e)
        {
            (code, reason) = (128, "StartError");
            Files.Write("/dev/termination-log", System.Text.Encoding.UTF8.GetBytes(e.Message));
        }
        catch (Exception e)
        {
            code = ProcessRunner.Fault;
            ReportFault(Name, e);
            log.Write(ProcessRunner.FaultText(e));
        }
        Finish(run, code, reason.Length > 0 ? reason : code == 0 ? "Completed" : "Error");
    }

    /// <summary>The main process is over; without effect when it was already.</summary>
    private void Finish(ContainerRun run, int code, string reason)
    {
        if (!run.TryEnd()) return;
        End(code, reason);
        // Nothing survives the first process.
        run.Cancel();
        Pod.Cluster.Controllers.WakeKubelet(Pod.Key);
    }

    private void End(int code, string reason)
    {
        IsRunning = false;
        Log.Close();
        Console?.Close();
        Usage.Reset();
        Exit = new(code, reason, Pod.Cluster.Now, TerminationMessage(code));
    }

    private string? TerminationMessage(int code)
    {
        const int Limit = 4096, LogLimit = 2048, LogLines = 80;
        var spec = Spec;
        var text = Files.Read(spec.Str("terminationMessagePath") ?? "/dev/termination-log") is { Length: > 0 } left ? System.Text.Encoding.UTF8.GetString(left) : "";
        if (text.Length == 0 && code != 0 && spec.Str("terminationMessagePolicy") == "FallbackToLogsOnError")
        {
            text = string.Concat(Log.Read(0).Lines.TakeLast(LogLines).Select(l => l.Text + "\n"));
            if (text.Length > LogLimit) text = text[^LogLimit..];
        }
        return text.Length == 0 ? null : text.Length > Limit ? text[..Limit] : text;
    }
}

/// <summary>The program needed more memory than its container may have.</summary>
internal sealed class OutOfMemoryKillException : Exception;

/// <summary>The runtime cannot start what the container's command names.</summary>
internal sealed class CommandNotFoundException(string command) : Exception(
    $"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"{command}\": executable file not found in $PATH");
