using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Server;

public sealed class CertificatesTests
{
    [Theory]
    [InlineData(-3000)]
    [InlineData(3000)]
    public void Server_ClockSetByDays_IsValidStill(int days)
    {
        var time = new SetTime();
        using var certificates = new Certificates(time);

        time.Offset = TimeSpan.FromDays(days);

        Assert.InRange(time.GetUtcNow(), certificates.Server.NotBefore, certificates.Server.NotAfter);
    }
}
