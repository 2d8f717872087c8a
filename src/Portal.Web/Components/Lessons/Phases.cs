using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>The icon, colour class and word of each state, the same on every page.</summary>
internal static class Phases
{
    public static (string Icon, string Class, string Word) Of(SectionPhase phase) => phase switch
    {
        SectionPhase.Completed => (Icons.Material.Rounded.CheckCircle, "ok", "completed"),
        SectionPhase.InProgress => (Icons.Material.Rounded.Pending, "active", "in progress"),
        SectionPhase.BrokenAgain => (Icons.Material.Rounded.Report, "bad", "broken again"),
        _ => (Icons.Material.Rounded.RadioButtonUnchecked, "idle", "not started"),
    };

    public static (string Icon, string Class, string Word) Of(RunPhase phase) => phase switch
    {
        RunPhase.Running => (Icons.Material.Rounded.Autorenew, "active spin", "running"),
        RunPhase.Succeeded => (Icons.Material.Rounded.Check, "ok", "done"),
        RunPhase.Failed => (Icons.Material.Rounded.Close, "bad", "failed"),
        RunPhase.Stopped => (Icons.Material.Rounded.Stop, "warn", "stopped"),
        RunPhase.TimedOut => (Icons.Material.Rounded.TimerOff, "bad", "timed out"),
        _ => (Icons.Material.Rounded.Schedule, "idle", "waiting"),
    };

    public static (string Icon, string Class, string Word) Of(CheckPhase phase) => phase switch
    {
        CheckPhase.Passed => (Icons.Material.Rounded.CheckCircle, "ok", "passed"),
        CheckPhase.BrokenAgain => (Icons.Material.Rounded.Report, "bad", "broken again"),
        CheckPhase.Checking => (Icons.Material.Rounded.Autorenew, "active spin", "checking"),
        _ => (Icons.Material.Rounded.RadioButtonUnchecked, "idle", "not yet"),
    };

    /// <summary>"Step 4", "Exercise 1", or null for a section without a number.</summary>
    public static string? Label(Section section) => section.Number == 0 ? null : section.Kind switch
    {
        SectionKind.Step => $"Step {section.Number}",
        SectionKind.Exercise => $"Exercise {section.Number}",
        SectionKind.Verification => $"Verification {section.Number}",
        _ => null,
    };

    /// <summary>"Step 4 · Configure traffic routing".</summary>
    public static string FullTitle(Section section) => Label(section) is { } label ? $"{label} · {section.Title}" : section.Title;
}
