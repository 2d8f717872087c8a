using Portal.Labs.Authoring;
using Xunit;

namespace Portal.Labs.Tests.Authoring;

public sealed class OutputSampleTests
{
    private const string Output = "\u001b[32mNAME      READY   STATUS\u001b[0m\r\nweb-abc   2/2     Running\n\ndb-xyz    1/1     Running\n[1] done (all)\n";

    [Theory]
    [InlineData("web-… 2/2 Running")]
    [InlineData("NAME READY STATUS\n…\ndb-… 1/1 Running")]
    [InlineData("  web-abc   2/2 Running\n[1] done (all)")]
    [InlineData("")]
    public void FirstMissing_LinesInOrder_AreAllThere(string sample) => Assert.Null(OutputSample.FirstMissing(sample, Output));

    [Theory]
    [InlineData("web-… 1/1 Running", "web-… 1/1 Running")]
    [InlineData("db-… 1/1 Running\nweb-… 2/2 Running", "web-… 2/2 Running")]
    [InlineData("web-abc 2/2", "web-abc 2/2")]
    [InlineData("web-… 2/2 Running\nweb-… 2/2 Running", "web-… 2/2 Running")]
    [InlineData("[1].*", "[1].*")]
    public void FirstMissing_LineThatIsNotThere_IsNamed(string sample, string missing) => Assert.Equal(missing, OutputSample.FirstMissing(sample, Output));
}
