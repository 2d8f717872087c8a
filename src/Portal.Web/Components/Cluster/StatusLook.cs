using MudBlazor;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;

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
