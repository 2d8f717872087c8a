using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>A section of the lesson: heading, progress, "Run step", and its parts.</summary>
public sealed partial class SectionView
{
    private string? _refusal;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Section Section { get; set; }

    /// <summary>Null until the page has attached to its session.</summary>
    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    [Parameter, EditorRequired]
    public required string Provider { get; set; }

    [Parameter]
    public bool CanRun { get; set; }

    [Parameter]
    public string NotReady { get; set; } = "connecting";

    protected override IEnumerable<object?> Shown =>
    [
        Section,
        Provider,
        CanRun,
        NotReady,
        Progress,
        IsRunning,
        .. Section.Blocks.SelectMany(b => ShownOf(b.Id)),
        .. Section.Predictions.SelectMany(p => new object?[]
        {
            Snapshot?.Predictions.GetValueOrDefault(p.Id),
            Snapshot?.UnsavedChecks.Contains(p.Id),
        }),
        .. Section.Checks.SelectMany(c => new object?[]
        {
            Snapshot?.Checks.GetValueOrDefault(c.Id),
            Snapshot?.UnsavedChecks.Contains(c.Id),
        }),
    ];

    private SectionProgress? Progress => Snapshot?.Sections.GetValueOrDefault(Section.Id);

    // Exercises are the learner's own work: their blocks run one by one.
    private bool HasRun => Section.Kind is SectionKind.Step or SectionKind.Verification or SectionKind.Cleanup
        && LessonActions.RunnableBlocks(Section, Provider).Any();

    private bool IsRunning => Snapshot is { } s && Section.Blocks.Any(b => b.Id == s.ActiveBlockId || s.Waiting.Contains(b.Id));

    private string KindClass => Section.Kind.ToString().ToLowerInvariant();

    private string RunText => (Progress?.Phase == SectionPhase.Completed, Section.Kind) switch
    {
        (true, _) => "Run again",
        (false, SectionKind.Step) => "Run step",
        _ => "Run all",
    };

    private IEnumerable<object?> ShownOf(string blockId) =>
        Snapshot is not { } s
            ? [null]
            :
            [
                s.Runs.GetValueOrDefault(blockId),
                s.Previews.GetValueOrDefault(blockId),
                s.Waiting.Contains(blockId),
                s.UnsavedBlocks.Contains(blockId),
                new EquatableArray<ListeningPort>([.. s.Ports.Where(p => p.BlockId == blockId)]),
            ];

    private async Task RunAsync() => _refusal = await Actions.RunSectionAsync(Section, Provider);
}
