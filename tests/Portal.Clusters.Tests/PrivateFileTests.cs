using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests;

public sealed class PrivateFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_NewFile_IsForItsOwnerOnly() => Check(Path.Combine(_directory.Path, "new"));

    [Fact]
    public void Write_FileThatOthersCanRead_IsReplacedByOneForItsOwnerOnly()
    {
        var file = _directory.Write("old", "old");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                file,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
            );
        // Whoever has the old file open keeps the old text.
        using var reader = new StreamReader(file);

        Check(file);

        Assert.Equal("old", reader.ReadToEnd());
    }

    [Fact]
    public void Write_Link_LeavesItALink()
    {
        var target = _directory.Write("target", "old");
        var link = Path.Combine(_directory.Path, "link");
        File.CreateSymbolicLink(link, target);

        Check(link);

        Assert.Equal(target, File.ResolveLinkTarget(link, false)!.FullName);
        Assert.Equal("secret", File.ReadAllText(target));
    }

    private void Check(string file)
    {
        PrivateFile.Write(file, "secret");

        Assert.Equal("secret", File.ReadAllText(file));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(File.ResolveLinkTarget(file, true)?.FullName ?? file)
            );
        Assert.DoesNotContain(
            Directory.GetFiles(_directory.Path),
            f => Path.GetFileName(f).StartsWith(Path.GetFileName(file) + ".", StringComparison.Ordinal)
        );
    }
}
