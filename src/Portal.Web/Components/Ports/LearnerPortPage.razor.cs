using Microsoft.AspNetCore.Components;
using Portal.Classroom.Access;
using Portal.Classroom.Learners;
using Portal.Labs.Sessions;
using Portal.Web.Identity;

namespace Portal.Web.Components.Ports;

/// <summary>A port of somebody else's workspace, for who instructs them: with the name of its learner above.</summary>
public sealed partial class LearnerPortPage
{
    private string? _name;
    private string? _title;

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required IAccess Access { get; init; }

    [Inject]
    public required ILearners Learners { get; init; }

    [Inject]
    public required LearnerContext Viewer { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public required string WorkspaceId { get; set; }

    [Parameter]
    public required int Port { get; set; }

    [SupplyParameterFromQuery]
    public string? Path { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var viewer = await Viewer.GetAsync();
        if (
            Sessions.FindWorkspace(WorkspaceId)?.Key.LearnerId is not { } learner
            || !await Access.MaySeeAsync(viewer.Id, learner, CancellationToken.None)
        )
        {
            Navigation.NotFound();
            return;
        }
        _name = (await Learners.FindAsync(learner, CancellationToken.None))?.Name ?? "somebody";
        _title = $"{_name}'s :{Port}";
    }
}
