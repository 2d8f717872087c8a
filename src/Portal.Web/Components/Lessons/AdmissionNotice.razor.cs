using Microsoft.AspNetCore.Components;
using Portal.Content;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>Why a lesson's session does not begin yet: a queue, or too many of the learner's own.</summary>
public sealed partial class AdmissionNotice
{
    private LessonSessionKey? _closing;

    [Inject]
    public required ISessionAdmission Queue { get; init; }

    [Inject]
    public required ILessonSessions Sessions { get; init; }

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Admission? Admission { get; set; }

    /// <summary>Whose page this is; null before that is known.</summary>
    [Parameter, EditorRequired]
    public required LessonSessionKey? Key { get; set; }

    private void Leave()
    {
        if (Key is { } key) Queue.Leave(key);
    }

    private async Task CloseAsync(LessonSessionKey other)
    {
        _closing = other;
        // Only what is their own: the keys come from the queue, which was asked for this learner.
        await Sessions.CloseAsync(other, CancellationToken.None);
        _closing = null;
    }

    private string TitleOf(LessonSessionKey key) =>
        Catalog.FindLesson(key.CourseId, key.LessonId)?.Title ?? key.LessonId;

    private static string PlaceOf(Admission.Waiting waiting) =>
        waiting.Place == 1 ? "next" : $"number {waiting.Place} of {waiting.Of} who wait";

    private static string EstimateOf(Admission.Waiting waiting) =>
        waiting.Estimate switch
        {
            null => "How long it takes is not known yet.",
            { TotalMinutes: < 2 } soon => $"About {soon.TotalSeconds:0} seconds, as places become free now.",
            { } later => $"About {later.TotalMinutes:0} minutes, as places become free now.",
        };
}
