using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Testing;
using Xunit;

namespace Portal.Content.Tests.Linting;

public sealed class LessonLinterTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private LoadedLesson Load(string markdown)
    {
        _root.Write("c/l/lesson.md", markdown);
        return LessonLoader.Load(Path.Combine(_root.Path, "c", "l"), _root.Path);
    }

    [Fact]
    public void Lint_TwoBlocksWithOneName_IsAnError()
    {
        var loaded = Load("### Step 1: A\n\n```bash {name=x}\nls\n```\n\n```bash {name=x}\nls\n```\n");

        Assert.Equal("c/l/lesson.md:7: error: Another block is already called 'step-1/x'. Give each block of a section its own name=.", Assert.Single(loaded.Problems).ToString());
        Assert.False(loaded.Usable);
    }

    [Fact]
    public void Lint_TwoChecksWithOneId_IsAnError()
    {
        const string Check = "- id: a\n  title: t\n  hint: h\n  mtls: { namespace: n, mode: STRICT }\n";
        var loaded = Load($"### Step 1: A\n\n```checks\n{Check}{Check}```\n");

        Assert.Contains(loaded.Problems, p => p is { Line: 8, Severity: ProblemSeverity.Error } && p.Message == "Another check has the id 'a'.");
    }

    [Fact]
    public void Lint_AppliedManifestThatIsMissing_IsAWarningWithTheLineOfTheCommand()
    {
        _root.Write("c/l/manifests/there.yaml", "");

        var loaded = Load("### Step 1: A\n\n```bash\nkubectl apply -f manifests/there.yaml\nkubectl apply -n x -f manifests/gone.yaml\n```\n");

        var problem = Assert.Single(loaded.Problems);
        Assert.Equal((5, ProblemSeverity.Warning), (problem.Line, problem.Severity));
        Assert.Contains("manifests/gone.yaml", problem.Message);
        Assert.True(loaded.Usable);
    }

    [Fact]
    public void Lint_WrongAnswerFileOfUnknownCheck_IsAnError()
    {
        _root.Write("c/l/checks/wrong/a.yaml", "# rejected-by: nope\n");

        Assert.Contains(Load("### Step 1: A\n\n```bash\nls\n```\n").Problems, p => p.Message.Contains("'nope'", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_MissingFile_IsAProblemNotAnException()
    {
        var loaded = LessonLoader.Load(Path.Combine(_root.Path, "none.md"), _root.Path);

        Assert.Null(loaded.Lesson);
        Assert.Equal("none.md", Assert.Single(loaded.Problems).File);
    }
}
