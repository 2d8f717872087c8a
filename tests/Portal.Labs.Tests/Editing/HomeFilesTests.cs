using System.Globalization;
using Portal.Labs.Editing;
using Portal.Labs.Tests.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Editing;

/// <summary>A workspace's manifests beside its shell, and what a learner may put in their place.</summary>
public sealed class HomeFilesTests : WorkspaceFixture
{
    private const string File = "manifests/a.yaml";

    private string OnDisk => Path.Combine(Root, "ws", "home", "lesson");

    [Fact]
    public async Task ListAsync_Workspace_ShowsManifestsAndNothingElse()
    {
        await Execute("mkdir -p own/.git .hidden; echo > own/b.yml; echo > own/c.txt; echo > own/.git/d.yaml; "
            + "echo > .hidden/e.yaml; echo > z.json; echo > 'with space.yaml'; ln -s z.json link.json");

        var list = await ListAsync();

        Assert.Equal(["z.json", "manifests/a.yaml", "own/b.yml", "samples/b.yaml"], list.Files.Select(f => f.Path));
        Assert.True(list.IsWhole);
    }

    [Fact]
    public async Task ListAsync_MoreThanTheBudget_SaysSo()
    {
        await Execute("touch f{1..300}.yaml");

        var list = await ListAsync();

        Assert.Equal((HomeFiles.MostFiles, false), (list.Files.Length, list.IsWhole));
    }

    [Fact]
    public async Task WriteAsync_File_IsReadByTheShellAndIsItsUsers()
    {
        await WriteAsync("own/new/b.yaml", "b: ü\n");

        Assert.Equal("b: ü\n", await Output("cat own/new/b.yaml"));
        Assert.Equal(
            "learner own own/new\n",
            await Output("echo $(stat -c %U own/new/b.yaml) $(find own -writable -type d)")
        );
        Assert.Equal("b: ü\n", await ReadAsync("own/new/b.yaml"));
    }

    [Fact]
    public async Task WriteAsync_ChangedInTheShellMeanwhile_IsRefusedUnlessForced()
    {
        var before = await ReadAsync(File);
        await Execute($"echo 'a: 2' > {File}");

        await Assert.ThrowsAsync<WorkspaceFileChangedException>(() => WriteAsync(File, "a: 3\n", before));
        Assert.Equal("a: 2\n", await ReadAsync(File));
        await Assert.ThrowsAsync<WorkspaceFileChangedException>(() => WriteAsync(File, "a: 3\n"));

        await WriteAsync(File, "a: 3\n", before, force: true);
        Assert.Equal("a: 3\n", await Output($"cat {File}"));
    }

    [Theory]
    [InlineData("ln -sfn /etc/passwd manifests/a.yaml")]
    [InlineData("rm -r manifests; ln -s / manifests")]
    [InlineData("rm manifests/a.yaml; mkfifo manifests/a.yaml")]
    [InlineData("rm manifests/a.yaml; mkdir manifests/a.yaml")]
    [InlineData("cd ..; rm -r lesson; ln -s /etc lesson")]
    public async Task ReadAsync_SomethingElseInItsPlace_IsRefused(string script)
    {
        await Execute(script);

        var refusal = await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync(File));
        Assert.Contains("is not there any more, or it is a link", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_LinkToWhatOnlyThePortalMayRead_LeadNowhere()
    {
        var secret = Path.Combine(Root, "secret.yaml");
        await System.IO.File.WriteAllTextAsync(secret, "the portal's");
        // As the portal sees paths, which the learner's shell cannot.
        System.IO.File.CreateSymbolicLink(Path.Combine(OnDisk, "out.yaml"), secret);
        Directory.CreateSymbolicLink(Path.Combine(OnDisk, "out"), Root);

        await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync("out.yaml"));
        await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync("out/secret.yaml"));
        await Assert.ThrowsAsync<WorkspaceFileException>(() => WriteAsync("out/new.yaml", "x"));
        await WriteAsync("out.yaml", "mine", force: true);

        Assert.Equal("the portal's", await System.IO.File.ReadAllTextAsync(secret));
        Assert.False(System.IO.File.Exists(Path.Combine(Root, "new.yaml")));
        Assert.DoesNotContain((await ListAsync()).Files, f => f.Path.StartsWith("out/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WriteAsync_DirectoryThatIsNotTheLearners_IsRefused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root has workspaces of another user.");
        Directory.CreateDirectory(Path.Combine(OnDisk, "portals"));
        await System.IO.File.WriteAllTextAsync(Path.Combine(OnDisk, "portals", "x.yaml"), "x");
        if (OperatingSystem.IsLinux())
            System.IO.File.SetUnixFileMode(Path.Combine(OnDisk, "portals", "x.yaml"), UnixFileMode.UserRead);

        await Assert.ThrowsAsync<WorkspaceFileException>(() => WriteAsync("portals/new.yaml", "x"));
        await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync("portals/x.yaml"));
    }

    [Fact]
    public async Task Files_OfMoreThanTheBudget_AreNeitherReadNorWritten()
    {
        var size = WorkspaceFile.MostBytes.ToString(CultureInfo.InvariantCulture);
        await Execute(
            $"head -c {size} /dev/zero | tr '\\0' a > big.yaml; cp big.yaml bigger.yaml; echo >> bigger.yaml"
        );

        Assert.Equal(WorkspaceFile.MostBytes, (await ReadAsync("big.yaml")).Length);
        var refusal = await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync("bigger.yaml"));
        Assert.Contains("256 KiB", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WorkspaceFileException>(() =>
            WriteAsync("more.yaml", new string('ü', WorkspaceFile.MostBytes / 2 + 1))
        );
    }

    [Fact]
    public async Task ReadAsync_NoText_IsRefused()
    {
        await Execute("printf '\\377\\376' > a.yaml");

        await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync("a.yaml"));
    }

    [Theory]
    [InlineData("../other/a.yaml")]
    [InlineData("/etc/a.yaml")]
    [InlineData("manifests/../../a.yaml")]
    [InlineData("manifests/a.txt")]
    [InlineData("manifests/$(id).yaml")]
    [InlineData("-f.yaml")]
    [InlineData("manifests//a.yaml")]
    [InlineData("a.yaml\n")]
    [InlineData(".ssh/a.yaml")]
    public async Task Paths_ThatAreNotAManifests_AreRefusedWithWhatToDo(string path)
    {
        Assert.NotNull(ManifestPath.ProblemOf(path));
        await Assert.ThrowsAsync<WorkspaceFileException>(() => ReadAsync(path));
        await Assert.ThrowsAsync<WorkspaceFileException>(() => WriteAsync(path, "x"));
    }

    private Task<WorkspaceFileList> ListAsync() =>
        Workspace.Files.ListAsync(TestContext.Current.CancellationToken).DefaultTimeout();

    private Task<string> ReadAsync(string path) =>
        Workspace.Files.ReadAsync(path, TestContext.Current.CancellationToken).DefaultTimeout();

    private Task WriteAsync(string path, string text, string? before = null, bool force = false) =>
        Workspace.Files.WriteAsync(path, text, before, force, TestContext.Current.CancellationToken).DefaultTimeout();
}
