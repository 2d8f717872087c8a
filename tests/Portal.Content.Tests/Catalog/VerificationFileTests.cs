using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Testing;
using Xunit;

namespace Portal.Content.Tests.Catalog;

public sealed class VerificationFileTests : IDisposable
{
    private readonly TempDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Write_SameProviderAgain_ReplacesItsRecord()
    {
        VerificationFile.Write(_root.Path, new("sandbox", "1.33.1", "1.30.3", new DateOnly(2026, 1, 2)));
        VerificationFile.Write(_root.Path, new("kind", "1.33.1", null, new DateOnly(2026, 1, 3)));
        VerificationFile.Write(_root.Path, new("sandbox", "1.33.4", "1.30.3", new DateOnly(2026, 2, 2)));

        Verification[] expected = [new("kind", "1.33.1", null, new DateOnly(2026, 1, 3)), new("sandbox", "1.33.4", "1.30.3", new DateOnly(2026, 2, 2))];
        Assert.Equal(expected, VerificationFile.Read(_root.Path));
        _root.Write("lesson.md", "### Step 1: A\n\n```bash\nls\n```\n");
        Assert.Equal(expected, LessonLoader.Load(_root.Path, _root.Path).Lesson!.Verified);
    }

    [Theory]
    [InlineData("[ not: yaml")]
    [InlineData("text")]
    [InlineData("- provider: sandbox\n  kubernetes: x\n  on: yesterday\n")]
    public void Read_Damaged_RecordsNothing(string text)
    {
        _root.Write(VerificationFile.FileName, text);

        Assert.Empty(VerificationFile.Read(_root.Path));
    }

    [Fact]
    public void Read_NoFile_RecordsNothing() => Assert.Empty(VerificationFile.Read(_root.Path));
}
