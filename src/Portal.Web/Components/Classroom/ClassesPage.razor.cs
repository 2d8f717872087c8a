using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Content;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Classroom;

/// <summary>All classes, and a form to make one.</summary>
public sealed partial class ClassesPage : LiveComponentBase
{
    private readonly List<(string Key, string Title)> _lessons = [];
    private ImmutableArray<SchoolClass> _classes = [];
    private string _name = "";
    private string _lesson = "";
    private string? _problem;
    private bool _loaded;

    [Inject]
    public required IClasses Classes { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required ICourseCatalog Catalog { get; init; }

    [Inject]
    public required LocalClassroom Classroom { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    protected override async Task OnInitializedAsync()
    {
        foreach (var course in Catalog.Courses)
        {
            foreach (var lesson in course.Lessons.Where(l => l.Available))
            {
                _lessons.Add(($"{course.Id}/{lesson.Id}", lesson.Title));
                if (Classroom.IsUsed)
                    await Classroom.EnsureClassAsync(course.Id, lesson.Id, lesson.Title, Disposing);
            }
        }
        _lesson = _lessons.Count > 0 ? _lessons[0].Key : "";
        var id = (await Learner.GetAsync()).Id;
        _classes =
        [
            .. (await Classes.ListAsync(Disposing))
                .Where(c => c.Instructors.Any(i => i.LearnerId == id))
                .OrderBy(c => c.State),
        ];
        _loaded = true;
    }

    private async Task CreateAsync()
    {
        if (_lesson.Split('/', 2) is not [var courseId, var lessonId])
            return;
        try
        {
            var created = await Classes.CreateAsync(
                _name,
                courseId,
                lessonId,
                (await Learner.GetAsync()).Id,
                Disposing
            );
            if (Classroom.IsUsed)
                await Classroom.EnrolAllAsync(created.Id, Disposing);
            Navigation.NavigateTo(
                Classroom.IsUsed ? $"/board/{created.Id}" : $"/class/{created.Id}",
                forceLoad: !Classroom.IsUsed
            );
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }
}
