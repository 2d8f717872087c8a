using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Testing;
using Xunit;

namespace Portal.Content.Tests;

/// <summary>What the repository ships loads without a single problem, and a tutorial that knows nothing of the portal loads too.</summary>
public sealed class ShippedContentTests
{
    public static TheoryData<string> Lessons()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("content"), "lesson.md", SearchOption.AllDirectories)) data.Add(Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!));
        return data;
    }

    [Theory]
    [MemberData(nameof(Lessons))]
    public void Load_ShippedLesson_HasNoProblem(string directory)
    {
        var loaded = LessonLoader.Load(Repository.PathOf(directory), Repository.Root);

        Assert.Empty(loaded.Problems.Select(p => p.ToString()));
        Assert.Contains(loaded.Lesson!.Sections, s => s.Kind == SectionKind.Step);
        Assert.All(loaded.Lesson.Checks, c => Assert.NotNull(c.Hint));
    }

    [Theory]
    [MemberData(nameof(Lessons))]
    public void Load_ShippedLesson_NumbersItsStepsWithoutGaps(string directory)
    {
        var lesson = LessonLoader.Load(Repository.PathOf(directory), Repository.Root).Lesson!;

        Assert.Equal(Enumerable.Range(1, lesson.Sections.Count(s => s.Kind == SectionKind.Step)), lesson.Sections.Where(s => s.Kind == SectionKind.Step).Select(s => s.Number));
    }

    [Fact]
    public void Load_RawTutorial_IsUsableWithItsStepsAndBlocks()
    {
        var loaded = LessonLoader.Load(Repository.PathOf("tests", "Portal.Content.Tests", "TestAssets", "raw-tutorial.md"), Repository.Root);

        Assert.True(loaded.Usable);
        var lesson = loaded.Lesson!;
        Assert.Equal("Kubernetes Tutorial 20: Service Mesh with Istio", lesson.Title);
        Assert.Equal(10, lesson.Sections.Count(s => s.Kind == SectionKind.Step));
        Assert.Equal(3, lesson.Sections.Count(s => s.Kind == SectionKind.Exercise));
        Assert.Equal(4, lesson.Sections.Count(s => s is { Kind: SectionKind.Verification, Number: > 0 }));
        var tips = lesson.Sections.Single(s => s.Kind == SectionKind.Tip);
        Assert.Contains(tips.Blocks, b => b.Runnable && b.Code.EndsWith("\nEOF", StringComparison.Ordinal));
        // Only what the tutorial itself leaves out: the manifests that it applies.
        Assert.All(loaded.Problems, p => Assert.Contains("manifests/", p.Message));
    }
}
