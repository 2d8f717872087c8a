using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Content;
using Portal.Content.Model;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Home;

/// <summary>Every course and lesson, with how far this learner is. Follows the catalog: a mended lesson appears without a reload.</summary>
public sealed partial class HomePage : LiveComponentBase
{
    private ImmutableArray<Course> _courses = [];
    private ImmutableArray<ContentProblem> _problems = [];
    private ILookup<(string Course, string Lesson), Portal.Classroom.Model.SectionProgress> _progress = Array.Empty<Portal.Classroom.Model.SectionProgress>().ToLookup(s => (s.CourseId, s.LessonId));

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required IProgressService Progress { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    protected override async Task OnInitializedAsync()
    {
        Load();
        var learner = await Learner.GetAsync();
        _progress = (await Progress.LoadSectionsAsync(learner.Id, Disposing)).ToLookup(s => (s.CourseId, s.LessonId));
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) Catalog.Changed += OnCatalogChanged;
    }

    private void OnCatalogChanged() => Follow(_ => InvokeAsync(() =>
    {
        Load();
        StateHasChanged();
    }));

    private void Load()
    {
        _courses = Catalog.Courses;
        _problems = Catalog.Problems;
    }

    // A lesson with mistakes in its file stands among the available ones: its author looks for it there.
    private static bool IsShown(LessonEntry entry) => entry.Available || !entry.Problems.IsEmpty;

    private static string Number(Course course, LessonEntry entry) => (course.Lessons.IndexOf(entry) + 1).ToString("00", System.Globalization.CultureInfo.InvariantCulture);

    private int Completed(Course course, LessonEntry entry) => Steps(course, entry).Count(s => s.Status == SectionStatus.Completed);

    private bool Started(Course course, LessonEntry entry) => Steps(course, entry).Any();

    private int Total(Course course, LessonEntry entry) => Catalog.FindLesson(course.Id, entry.Id)?.Sections.Count(s => s.Kind is SectionKind.Step or SectionKind.Exercise) ?? 0;

    private IEnumerable<Portal.Classroom.Model.SectionProgress> Steps(Course course, LessonEntry entry) =>
        _progress[(course.Id, entry.Id)].Where(s => s.Kind is "step" or "exercise");

    protected override ValueTask LeaveAsync()
    {
        Catalog.Changed -= OnCatalogChanged;
        return ValueTask.CompletedTask;
    }
}
