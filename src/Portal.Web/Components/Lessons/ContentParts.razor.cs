using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>The parts of a section or container, in order.</summary>
public sealed partial class ContentParts
{
    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<ContentPart> Parts { get; set; }

    [Parameter, EditorRequired]
    public required Section Section { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    [Parameter, EditorRequired]
    public required string Provider { get; set; }

    [Parameter]
    public bool CanRun { get; set; }

    [Parameter]
    public string NotReady { get; set; } = "connecting";

    private static string Name(ContainerKind kind) => kind.ToString().ToLowerInvariant();

    private static string Title(ContainerKind kind) => kind switch
    {
        ContainerKind.Expect => "What success looks like",
        ContainerKind.Warning => "Careful",
        ContainerKind.Hint => "Hint",
        ContainerKind.Solution => "Solution",
        _ => "Note",
    };

    private static string IconOf(ContainerKind kind) => kind switch
    {
        ContainerKind.Expect => Icons.Material.Rounded.TaskAlt,
        ContainerKind.Warning => Icons.Material.Rounded.WarningAmber,
        ContainerKind.Hint => Icons.Material.Rounded.Lightbulb,
        ContainerKind.Solution => Icons.Material.Rounded.Key,
        _ => Icons.Material.Rounded.Info,
    };
}
