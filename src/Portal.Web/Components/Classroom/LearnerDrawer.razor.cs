using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Board;
using Portal.Classroom.Model;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Classroom;

/// <summary>One learner's checks and runs, to read.</summary>
public sealed partial class LearnerDrawer
{
    [Parameter, EditorRequired]
    public required LearnerRow Learner { get; set; }

    /// <summary>As the board shows it: names may be hidden.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>Where the learner's page is to be looked at.</summary>
    [Parameter, EditorRequired]
    public required string Href { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<Section> Sections { get; set; }

    /// <summary>Null when the learner's session is not open.</summary>
    [Parameter]
    public SessionActivity? Activity { get; set; }

    [Parameter]
    public DateTimeOffset? LastActive { get; set; }

    /// <summary>When the board was made; ages count from here.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    [Parameter]
    public EventCallback Close { get; set; }

    /// <summary>What can be done.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private static string Word(SectionStatus status) => status switch
    {
        SectionStatus.Completed => "completed",
        SectionStatus.InProgress => "in progress",
        SectionStatus.BrokenAgain => "broken again",
        _ => "not started",
    };

    private static string FirstLine(Section section, BlockRun run) =>
        section.Blocks.FirstOrDefault(b => b.Id == run.BlockId)?.Code.Split('\n').FirstOrDefault(l => l.Length > 0 && l[0] != '#') ?? run.BlockId;

    private static string RunText(BlockRun run)
    {
        var outcome = run.Status switch
        {
            RunStatus.Succeeded => $"done in {Durations.Short(run.Duration)}",
            RunStatus.Failed => $"failed at command {run.FailedCommand + 1}",
            RunStatus.TimedOut => $"timed out at command {run.FailedCommand + 1}",
            RunStatus.Stopped => "stopped",
            _ => "running",
        };
        return run.Count > 1 ? $"{outcome}, run {run.Count} times" : outcome;
    }
}
