using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Help;
using Portal.Classroom.Model;
using Portal.Content.Model;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>Who of a class waits for help, in order.</summary>
public sealed partial class HelpQueue : LiveComponentBase
{
    private ImmutableArray<HelpRequest> _queue = [];
    private string? _viewer;
    private string? _problem;

    [Inject]
    public required IHelpDesk Desk { get; init; }

    [Inject]
    public required LearnerContext Viewer { get; init; }

    [Parameter, EditorRequired]
    public required string ClassId { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Section> Sections { get; set; }

    /// <summary>As the board shows it: names may be hidden.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    /// <summary>Where a learner's page is to be looked at.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> HrefOf { get; set; }

    /// <summary>When the board was made; waiting is counted from here.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    /// <summary>Told the ids of those who wait.</summary>
    [Parameter]
    public EventCallback<ImmutableHashSet<string>> Changed { get; set; }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) Follow(WatchAsync);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        _viewer = (await Viewer.GetAsync()).Id;
        await foreach (var queue in Desk.WatchQueueAsync(ClassId, cancellationToken))
        {
            await InvokeAsync(async () =>
            {
                var asking = queue.Select(r => r.LearnerId).ToImmutableHashSet();
                var changed = !asking.SetEquals(_queue.Select(r => r.LearnerId));
                if (queue.IsEmpty && _queue.IsEmpty) return;
                _queue = queue;
                StateHasChanged();
                if (changed) await Changed.InvokeAsync(asking);
            });
        }
    }

    private string Place(HelpRequest request) =>
        Sections.FirstOrDefault(s => s.Id == request.SectionId) is { } section
            ? Phases.Label(section) ?? section.Title
            : "somewhere in the lesson";

    private async Task DoAsync(Func<string, Task> action)
    {
        try
        {
            _problem = null;
            await action((await Viewer.GetAsync()).Id);
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
