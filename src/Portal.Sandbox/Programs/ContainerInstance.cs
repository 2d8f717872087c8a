using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>How a container's main process ended.</summary>
/// <param name="Message">What it left in its termination message file.</param>
internal sealed record ContainerExit(int Code, string Reason, DateTimeOffset At, string? Message);

/// <summary>A container: its program, its output, its environment and files. It runs between <see cref="Begin"/> and its exit, perhaps several times.</summary>
internal sealed class ContainerInstance
{
    private const long ProxyUser = 1337;

    // Text, not a parsed tree: a hundred idle clusters have a thousand of these.
    private byte[] _spec;
    private IReadOnlyDictionary<string, string>? _environment;
    private CancellationTokenSource _stop = new();

    public ContainerInstance(PodInstance pod, JsonObject spec)
    {
        _spec = spec.ToUtf8();
        Pod = pod;
        Name = spec.Str("name") ?? "";
        Image = spec.Str("image") ?? "";
        Program = ProgramCatalog.Create(spec);
        Log = new ContainerLog(pod.Cluster.Time);
        Command = [.. spec.Strings("command"), .. spec.Strings("args")];
        Files = new ContainerFiles(pod, spec);
        RunsAsProxy = Name == "istio-proxy" || (spec.Num("securityContext", "runAsUser") ?? pod.RunAsUser) == ProxyUser;
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

    public void Begin()
    {
        if (Exit is not null)
        {
            PreviousLog = Log;
            Log = new ContainerLog(Pod.Cluster.Time);
        }
        var spec = Spec;
        Program = ProgramCatalog.Create(spec);
        _environment = null;
        Command = [.. spec.Strings("command").Concat(spec.Strings("args")).Select(a => ContainerEnvironment.Expand(a, Environment))];
        Files = new ContainerFiles(Pod, spec);
        Console = spec.Flag("stdin") == true ? new ContainerConsole(Log, spec.Flag("tty") == true) : null;
        StartedAt = Pod.Cluster.Now;
        Probes = ContainerProbes.For(spec, StartedAt);
        Exit = null;
        _stop = new();
        IsRunning = true;
        var token = _stop.Token;
        Pod.Cluster.Guarded.Start("program", () => RunAsync(token));
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
        lock (_stop)
        {
            if (!IsRunning) return;
            End(code, reason);
        }
        _stop.Cancel();
    }

    /// <summary>Whether the process can be ended and begun again without anyone noticing.</summary>
    public bool CanSleep => !Files.IsTouched && (!IsRunning || !Program.ActsByItself(this)) && BackOff == TimeSpan.Zero;

    /// <summary>Goes on with what the container had written when its cluster fell asleep.</summary>
    public void Resume(ContainerLog log, ContainerLog? previous)
    {
        Begin();
        log.Reopen();
        (Log, PreviousLog) = (log, previous);
    }

    public void Stop()
    {
        IsRunning = false;
        _stop.Cancel();
        Log.Close();
        Console?.Close();
    }

    /// <summary>A request that reached the program.</summary>
    public ValueTask<HttpReply> HandleAsync(int port, HttpCall call, CancellationToken cancellationToken)
    {
        Usage.Add(Program.RequestCost, Pod.Cluster.Now);
        return Program.HandleAsync(this, port, call, cancellationToken);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var (code, reason) = (0, "");
        try
        {
            // What an init container of a server's image does besides serving is not simulated: it is done at once.
            code = RunsOnce && Program is not (Shell.ShellProgram or StressProgram) ? 0 : await Program.RunAsync(this, cancellationToken).ConfigureAwait(false);
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
        lock (_stop)
        {
            if (cancellationToken.IsCancellationRequested || !IsRunning) return;
            End(code, reason.Length > 0 ? reason : code == 0 ? "Completed" : "Error");
        }
        Pod.Cluster.Controllers.WakeKubelet(Pod.Key);
    }

    private void End(int code, string reason)
    {
        IsRunning = false;
        Exit = new(code, reason, Pod.Cluster.Now, TerminationMessage(code));
        Usage.Reset();
        Log.Close();
        Console?.Close();
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
