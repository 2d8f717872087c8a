using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Cluster;

/// <summary>Icons and colours of what is told about objects; the word stands beside them always.</summary>
internal static class StatusLook
{
    public static string Css(StatusTone tone) => tone switch
    {
        StatusTone.Good => "ok",
        StatusTone.Busy => "active",
        StatusTone.Bad => "bad",
        _ => "idle",
    };

    public static string Icon(StatusTone tone) => tone switch
    {
        StatusTone.Good => Icons.Material.Rounded.CheckCircle,
        StatusTone.Busy => Icons.Material.Rounded.Pending,
        StatusTone.Bad => Icons.Material.Rounded.Report,
        _ => Icons.Material.Rounded.Check,
    };

    /// <summary>Icon and word, in their colour.</summary>
    public static RenderFragment Show(ObjectStatus status) => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", $"status {Css(status.Tone)}");
        builder.AddContent(2, Svg.Small(Icon(status.Tone)));
        builder.AddContent(3, status.Word);
        builder.CloseElement();
    };

    public static (string Icon, string Css, string Word) Of(ObjectChangeKind kind) => kind switch
    {
        ObjectChangeKind.Created => (Icons.Material.Rounded.AddCircle, "ok", "created"),
        ObjectChangeKind.Deleted => (Icons.Material.Rounded.RemoveCircle, "bad", "deleted"),
        _ => (Icons.Material.Rounded.ChangeCircle, "active", "changed"),
    };

    /// <summary>A field that changed, on one line.</summary>
    public static string Words(FieldChange field) => field switch
    {
        { Before: null } => $"{field.Path} is new: {field.After}",
        { After: null } => $"{field.Path} is gone; was {field.Before}",
        _ => $"{field.Path} {field.Before} → {field.After}",
    };
}
