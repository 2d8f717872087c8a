using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// What the programs of a workspace do in the background: jobs of its main shell, and ports. Jobs of the shells beside
/// it are not among them: they end with the terminal that they were started in, which shows and stops them. What they
/// listen on is seen, while they are busy each second. Thread-safe.
/// </summary>
internal sealed class WorkspaceActivity : IAsyncDisposable
{
    private static readonly TimeSpan s_polling = TimeSpan.FromSeconds(1);

    private readonly IWorkspacePlace _place;
    private readonly Func<bool> _isBusyBeside;
    private readonly string _file;
    private readonly ITimer _timer;
    private ImmutableArray<BackgroundJob> _jobs = [];
    private ImmutableArray<int> _ports = [];
    private volatile bool _ended;

    /// <param name="isBusyBeside">Whether something runs in a shell beside the main one.</param>
    public WorkspaceActivity(WorkspaceSpec spec, IWorkspacePlace place, Func<bool> isBusyBeside, Guarded guarded)
    {
        _isBusyBeside = isBusyBeside;
        _place = place;
        _file = Path.Combine(WorkspaceFiles.Output(spec), ShellStartup.JobsFile);
        _timer = guarded.Timer("look at background jobs", Look, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ImmutableArray<BackgroundJob> Jobs => _jobs;

    /// <summary>TCP ports that programs listen on, in order.</summary>
    public ImmutableArray<int> Ports => _ports;

    public event Action? JobsChanged;
    public event Action? PortsChanged;

    /// <summary>After the shell has shown its prompt, and has said which jobs it has.</summary>
    public void Read()
    {
        try
        {
            SetJobs(JobTable.Parse(ForeignFile.ReadText(_file)).RemoveAll(j => !j.Running));
        }
        catch (IOException)
        {
            // The file appears with the first prompt.
        }
        ReadPorts();
    }

    /// <summary>Looks again and again from now on, for as long as there is something to look at.</summary>
    public void Watch()
    {
        if (!_ended) _timer.Change(s_polling, Timeout.InfiniteTimeSpan);
    }

    /// <summary>After the shell has ended.</summary>
    public void Clear()
    {
        SetJobs([]);
        ReadPorts();
    }

    /// <summary>After something may have begun or ceased to listen.</summary>
    public void ReadPorts()
    {
        ImmutableArray<int> ports = [.. _place.ListeningPorts()];
        if (ports.SequenceEqual(_ports)) return;
        _ports = ports;
        PortsChanged?.Invoke();
    }

    public void Stop(int number)
    {
        if (_jobs.FirstOrDefault(j => j.Number == number) is not { } job) return;
        // With job control each job leads a process group of its own.
        _place.Signal(job.ProcessId, LibC.SigTerm);
        _place.Signal(job.ProcessId, LibC.SigCont);
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        return _timer.DisposeAsync();
    }

    private void Look()
    {
        SetJobs(_jobs.RemoveAll(j => !_place.IsAlive(j.ProcessId)));
        ReadPorts();
    }

    private void SetJobs(ImmutableArray<BackgroundJob> jobs)
    {
        var changed = !jobs.SequenceEqual(_jobs);
        _jobs = jobs;
        // bash tells about an ended job only at its next prompt, so the processes are looked at while there are any.
        if (!jobs.IsEmpty || _isBusyBeside()) Watch();
        if (changed) JobsChanged?.Invoke();
    }
}
