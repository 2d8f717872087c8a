using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Portal.Content.Catalog;
using Portal.Testing;
using Xunit;

namespace Portal.Content.Tests.Catalog;

public sealed class FileCourseCatalogTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private FileCourseCatalog Open() => new(_root.Path, TimeProvider.System, NullLogger<FileCourseCatalog>.Instance);

    [Fact]
    public void Courses_ListedLessons_KeepOrderAndSayWhichAreAvailable()
    {
        _root.Write("k8s/course.yaml", "title: K8s\nsummary: All of it\nlessons:\n  - id: soon\n    title: Soon\n    minutes: 30\n  - id: now\n    title: Now\n");
        _root.Write("k8s/now/lesson.md", "---\ntitle: Inside\nminutes: 20\n---\n### Step 1: A\n\n```bash\nls\n```\n");
        _root.Write("k8s/raw.md", "# Raw\n\nText\n");
        using var catalog = Open();

        var course = Assert.Single(catalog.Courses);
        Assert.Equal(("k8s", "K8s", "All of it"), (course.Id, course.Title, course.Summary));
        Assert.Equal(["soon|Soon|30|False", "now|Now|20|True", "raw|Raw|0|True"], course.Lessons.Select(l => $"{l.Id}|{l.Title}|{l.Minutes}|{l.Available}"));
        Assert.NotNull(catalog.FindLesson("k8s", "now"));
        Assert.Equal("Raw", catalog.FindLesson("k8s", "raw")!.Title);
        Assert.Null(catalog.FindLesson("k8s", "soon"));
    }

    [Fact]
    public void Courses_BrokenLessonAndBrokenCourseFile_LeaveTheRest()
    {
        _root.Write("a/course.yaml", "title: [\n");
        _root.Write("a/bad/lesson.md", "---\ntitle: a: b\n---\n# A\n\nx\n");
        _root.Write("a/good/lesson.md", "# Good\n\nx\n");
        using var catalog = Open();

        Assert.NotNull(catalog.FindLesson("a", "good"));
        Assert.Null(catalog.FindLesson("a", "bad"));
        Assert.Equal(["a/bad/lesson.md", "a/course.yaml"], catalog.Problems.Select(p => p.File));
        Assert.False(catalog.Courses[0].Lessons.Single(l => l.Id == "bad").Available);
    }

    [Fact]
    public async Task Changed_LessonIsMended_IsRaisedWithTheNewSnapshotInPlace()
    {
        _root.Write("a/x/lesson.md", "# Broken\n\n```bash\nls\n");
        using var catalog = Open();
        Assert.Null(catalog.FindLesson("a", "x"));
        var mended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        catalog.Changed += () =>
        {
            if (catalog.FindLesson("a", "x") is not null) mended.TrySetResult();
        };

        _root.Write("a/x/lesson.md", "# Whole\n\n```bash\nls\n```\n");

        await mended.Task.DefaultTimeout();
        Assert.Equal("Whole", catalog.FindLesson("a", "x")!.Title);
    }

    [Fact]
    public void AddPortalContent_RootMissing_NamesTheKey()
    {
        var services = new ServiceCollection().AddLogging().AddPortalContent();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Portal:Content:Root", "/no/such/place")]).Build());
        using var provider = services.BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ICourseCatalog>);

        Assert.Equal("Portal:Content:Root names '/no/such/place', which is not a directory. Set it to the directory of the courses.", error.Message);
    }
}
