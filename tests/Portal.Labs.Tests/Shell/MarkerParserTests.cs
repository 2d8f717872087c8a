using System.Text;
using Portal.Labs.Shell;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class MarkerParserTests
{
    [Fact]
    public void Feed_SplitAnywhere_GivesTextAndMarkersInOrder()
    {
        var bytes = Encoding.UTF8.GetBytes("ab\e]5170;n1;B;7\acd\e]5170;other;B;8\a\e]5170;n1;E;7;0\a");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var seen = new StringBuilder();
            var parser = new MarkerParser("n1");

            foreach (var part in new[] { bytes[..cut], bytes[cut..] })
            {
                parser.Feed(part, t => seen.Append(Encoding.UTF8.GetString(t)), m => seen.Append('<').AppendJoin('|', m).Append('>'));
            }

            Assert.Equal("ab<B|7>cd\e]5170;other;B;8\a<E|7|0>", seen.ToString());
        }
    }
}
