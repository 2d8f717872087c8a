using Portal.Web.Ports;
using Xunit;

namespace Portal.Web.Tests.Ports;

public sealed class PortAddressTests
{
    [Fact]
    public void Parse_HostOfAPort_IsWhatHostWrites()
    {
        var address = new PortAddress(8080, "0123456789abcdef0123");

        Assert.Equal(address, PortAddress.Parse(address.Host("labs.example.org"), "labs.example.org"));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("8080.localhost")]
    [InlineData("8080--.localhost")]
    [InlineData("08080--0123456789.localhost")]
    [InlineData("70000--0123456789.localhost")]
    [InlineData("0--0123456789.localhost")]
    [InlineData("8080--0123456789.x.localhost")]
    [InlineData("8080--0123456789localhost")]
    [InlineData("8080--0123456789.localhost.evil.example")]
    [InlineData("8080--01234/6789.localhost")]
    public void Parse_AnyOtherHost_IsNone(string host) => Assert.Null(PortAddress.Parse(host, "localhost"));
}
