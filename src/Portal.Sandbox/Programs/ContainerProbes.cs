using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

internal enum ProbeKind { Startup, Liveness, Readiness }

/// <summary>The counters of one probe of a container that runs.</summary>
internal sealed class ProbeState(ProbeKind kind, JsonObject spec, DateTimeOffset started)
{
    private readonly Lock _gate = new();
    private readonly int _successThreshold = spec.Int(1, "successThreshold");
    private readonly int _failureThreshold = spec.Int(3, "failureThreshold");
    private bool _last;
    private int _run;

    public ProbeKind Kind => kind;
    public JsonObject Spec => spec;
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(Math.Max(1, spec.Int(10, "periodSeconds")));
    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(Math.Max(1, spec.Int(1, "timeoutSeconds")));

    /// <summary>What the node believes: readiness starts as false, liveness as true, start-up as unknown.</summary>
    public bool? Result { get; private set; } = kind switch { ProbeKind.Readiness => false, ProbeKind.Liveness => true, _ => null };

    public DateTimeOffset Due { get; set; } = started.AddSeconds(spec.Int(0, "initialDelaySeconds"));

    /// <summary>Nothing is asked any more: the container is about to be killed, has started, or answers the same for ever.</summary>
    public bool OnHold { get; set; }

    /// <summary>Goes on with what was known when the cluster fell asleep.</summary>
    public void Resume(bool started, bool ready)
    {
        lock (_gate)
        {
            if (kind == ProbeKind.Readiness) Result = ready;
            else if (kind == ProbeKind.Startup && started) (Result, OnHold) = (true, true);
        }
    }

    /// <summary>Counts an answer.</summary>
    /// <returns>Whether <see cref="Result"/> changed.</returns>
    public bool Count(bool success)
    {
        lock (_gate)
        {
            _run = _run > 0 && _last == success ? _run + 1 : 1;
            _last = success;
            if (_run < (success ? _successThreshold : _failureThreshold)) return false;
            if (kind != ProbeKind.Readiness && !success) OnHold = true;
            if (Result == success) return false;
            Result = success;
            return true;
        }
    }
}

/// <summary>The probes of a container that runs.</summary>
internal sealed class ContainerProbes
{
    private ContainerProbes(IReadOnlyList<ProbeState> all) => All = all;

    public IReadOnlyList<ProbeState> All { get; }

    public bool Started => All.All(p => p.Kind != ProbeKind.Startup || p.Result == true);
    public bool Ready => Started && All.All(p => p.Kind != ProbeKind.Readiness || p.Result == true);

    /// <summary>The probe because of which the container must be restarted, or null.</summary>
    public ProbeState? Fatal => All.FirstOrDefault(p => p.Kind != ProbeKind.Readiness && p.Result == false);

    public void Resume(bool started, bool ready)
    {
        foreach (var probe in All) probe.Resume(started, ready);
    }

    public static ContainerProbes? For(JsonObject container, DateTimeOffset started)
    {
        List<ProbeState> all = [];
        foreach (var kind in (ReadOnlySpan<ProbeKind>)[ProbeKind.Startup, ProbeKind.Liveness, ProbeKind.Readiness])
            if (container.Obj(kind.ToString().ToLowerInvariant() + "Probe") is { } spec) all.Add(new(kind, spec.Copy(), started));
        return all.Count == 0 ? null : new(all);
    }
}
