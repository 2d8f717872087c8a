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

    private const string Wrong = """
        ### Step 1: A

        ```checks
        - id: a
          title: t
          hint: h
          mtls: { namespace: n, mode: STRICT }
          wrong:
          - mtls: { namespace: n, mode: DISABLE }
            message: Nothing is encrypted.
        ```
        """;

    [Theory]
    [InlineData("# rejected-by: a\n# message: Nothing is", null)]
    [InlineData("# rejected-by: a\n# message: Something", "expects 'Something'")]
    [InlineData("# rejected-by: a\n", "does not say what its author is told")]
    [InlineData("# rejected-by: cluster\n", "does not say what its author is told")]
    [InlineData("# rejected-by: cluster\n# message: must be of type object\n", "No file shows the message 'Nothing is encrypted.'")]
    [InlineData("kind: x\n", "does not say which check rejects it")]
    public void Lint_WrongAnswerFile_SaysWhatRefusesItAndHow(string head, string? problem)
    {
        _root.Write("c/l/checks/wrong/a.yaml", head);

        var problems = Load(Wrong).Problems;

        if (problem is null) Assert.Empty(problems);
        else Assert.Contains(problems, p => p.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("after: b", true)]
    [InlineData("after: a", true)]
    [InlineData("once: true", false)]
    public void Lint_CheckAfterOneThatIsNotBeforeIt_IsAnError(string line, bool error)
    {
        var problems = Load($"### Step 1: A\n\n```checks\n- id: a\n  title: t\n  hint: h\n  {line}\n  mtls: {{ namespace: n, mode: STRICT }}\n- id: b\n  title: t\n  hint: h\n  after: a\n  mtls: {{ namespace: n, mode: STRICT }}\n```\n").Problems;

        Assert.Equal(error, problems.Any(p => p is { Line: 4, Severity: ProblemSeverity.Error }));
    }

    [Theory]
    [InlineData("{of=x}", null)]
    [InlineData("{of=y}", "'step-1/y' is no block that runs.")]
    [InlineData("", "A sample of output does not say of which block.")]
    public void Lint_SampleOfOutput_NamesABlockThatRuns(string attributes, string? problem)
    {
        var problems = Load($"### Step 1: A\n\n```bash {{name=x}}\nls\n```\n\n```output {attributes}\nfile\n```\n").Problems;

        Assert.Equal(problem, problems.FirstOrDefault()?.Message);
    }

    [Fact]
    public void Load_MissingFile_IsAProblemNotAnException()
    {
        var loaded = LessonLoader.Load(Path.Combine(_root.Path, "none.md"), _root.Path);

        Assert.Null(loaded.Lesson);
        Assert.Equal("none.md", Assert.Single(loaded.Problems).File);
    }
}
