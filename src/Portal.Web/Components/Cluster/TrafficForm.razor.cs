using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Portal.Web.Components.Lessons;

namespace Portal.Web.Components.Cluster;

/// <summary>Sends requests through the mesh, and shows what came back.</summary>
public sealed partial class TrafficForm
{
    private ImmutableArray<string> _senders = [];
    private ImmutableArray<string> _paths = [];
    private ImmutableArray<string> _urls = [];
    private string _from = "";
    private string _target = "";
    private string _user = "";
    private string _headers = "";
    private string _cookie = "";
    private int _count = 10;
    private bool _begun;
    private string? _problem;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required ClusterSummary Summary { get; set; }

    [Parameter]
    public TrafficRun? Run { get; set; }

    /// <summary>Namespace whose workloads come first.</summary>
    [Parameter]
    public string? Namespace { get; set; }

    /// <summary>Shows why a request goes where it goes.</summary>
    [Parameter, EditorRequired]
    public required Func<RouteQuestion, Task> Explain { get; set; }

    protected override IEnumerable<object?> Shown => [Summary, Run, Namespace];

    private bool IsSending => Run?.Phase == TrafficPhase.Sending;

    protected override void OnShownChanged()
    {
        _senders =
        [
            .. Summary
                .Pods.Where(p =>
                    p.Namespace is not ("istio-system" or "kube-system") && p.ReadyContainers == p.Containers
                )
                .Select(p => $"{p.Namespace}/{(p.Workload.Length > 0 ? p.Workload : p.Name)}")
                // What was chosen stays, even while its pod is replaced.
                .Append(_from)
                .Where(s => s.Length > 0)
                .Distinct(StringComparer.Ordinal)
                .OrderBy(s => !s.StartsWith(Namespace + "/", StringComparison.Ordinal))
                .ThenBy(s => s, StringComparer.Ordinal),
        ];
        _paths = MeshTargets.Paths(Summary);
        _urls = MeshTargets.Urls(Summary, Namespace);
        if (_begun || _paths.IsEmpty)
            return;
        _begun = true;
        if (_target.Length == 0)
            _target = _paths[0];
    }

    private void OnFrom()
    {
        if ((_from.Length == 0) == _target.StartsWith('/') && _target.Length > 0)
            return;
        _target = (_from.Length == 0 ? _paths : _urls).FirstOrDefault("");
    }

    private string NameOf(string sender) =>
        Namespace is not null && sender.StartsWith(Namespace + "/", StringComparison.Ordinal)
            ? sender[(Namespace.Length + 1)..]
            : sender;

    private async Task SendAsync() => _problem = Order() is { } order ? await Actions.SendAsync(order) : _problem;

    private async Task WhyAsync()
    {
        try
        {
            if (Order() is { } order)
                await Explain(RouteQuestion.About(order.Checked()));
        }
        catch (RunRefusedException e)
        {
            _problem = e.Message;
        }
    }

    /// <summary>Null when the form has a mistake, which is said then.</summary>
    private TrafficOrder? Order()
    {
        _problem = null;
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (
            var line in _headers.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                _problem = $"“{line}” is no header: write its name, a colon and its value.";
                return null;
            }
            headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
        if (_user.Trim() is { Length: > 0 } user)
            headers.Add(new("end-user", user));
        if (_cookie.Trim() is { Length: > 0 } cookie)
            headers.Add(new("Cookie", cookie));
        var parts = _from.Split('/', 2);
        return _from.Length == 0
            ? new(null, "", _target, headers.ToImmutable(), _count)
            : new(parts[0], parts[1], _target, headers.ToImmutable(), _count);
    }
}
