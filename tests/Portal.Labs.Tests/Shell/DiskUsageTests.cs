using System.Diagnostics;
using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>On files that somebody made to be measured wrongly.</summary>
public sealed class DiskUsageTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Measure_Files_AreCountedWithTheBiggestFirst()
    {
        var usage = Measure("mkdir a; head -c 40000 /dev/zero > a/small; head -c 90000 /dev/zero > big; touch x y z");

        Assert.Equal(6, usage.Files);
        Assert.InRange(usage.Bytes, 130_000, 160_000);
        Assert.Equal(["big", "a/small"], usage.Biggest.Take(2).Select(b => b.Path));
        Assert.True(usage.IsWhole);
    }

    [Theory]
    [InlineData("ln -s /usr elsewhere; ln -s / root", 2)]
    [InlineData("truncate -s 5G holes", 1)]
    [InlineData("head -c 40000 /dev/zero > a; ln a b; ln a c", 3)]
    public void Measure_LinksAndHoles_TakeNoRoom(string script, int files)
    {
        var usage = Measure(script);

        Assert.Equal(files, usage.Files);
        Assert.InRange(usage.Bytes, 0, 60_000);
    }

    [Fact]
    public void Measure_NameThatIsNoText_IsCounted()
    {
        var usage = Measure("d=$(printf 'd\\377'); mkdir \"$d\"; head -c 90000 /dev/zero > \"$d/$(printf 'f\\376')\"");
        Measure("rm -r ./*"); // .NET cannot

        Assert.InRange(usage.Bytes, 90_000, 120_000);
    }

    [Theory]
    [InlineData("for i in {1..200}; do mkdir d; cd d; done")]
    [InlineData("touch {1..600}")]
    public void Measure_MoreThanIsLookedAt_SaysSo(string script) => Assert.False(Measure(script).IsWhole);

    [Fact]
    public void Measure_GoneOrALink_IsNothing()
    {
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "link"), "/usr");

        var usage = DiskUsage.Measure([Path.Combine(_directory.Path, "link"), "/no/such/directory"], 500);

        Assert.Equal((0, 0L), (usage.Files, usage.Bytes));
    }

    private DiskUsage Measure(string script)
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = _directory.Path })!;
        process.WaitForExit();
        return DiskUsage.Measure([_directory.Path], 500);
    }
}
