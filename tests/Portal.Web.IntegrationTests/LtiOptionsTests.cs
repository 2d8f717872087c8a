using Microsoft.Extensions.Options;
using Portal.Web.Hosting;
using Portal.Web.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class LtiOptionsTests
{
    private static LtiPlatform Right() =>
        new()
        {
            Issuer = "https://lms.example",
            ClientId = "portal",
            DeploymentIds = { "1" },
            AuthorizationEndpoint = "https://lms.example/authorize",
            TokenEndpoint = "https://lms.example/token",
            JwksUrl = "https://lms.example/jwks",
            ServiceHosts = { "grades.example", "grades.example:8443" },
        };

    [Fact]
    public void Validate_RightPlatform_Succeeds() => Assert.Empty(Failures([Right()]));

    [Fact]
    public void Validate_NoPlatformOnTheOwnersMachine_Succeeds() => Assert.Empty(Failures([], mode: "Local"));

    [Fact]
    public void Validate_PlatformOnTheOwnersMachine_NamesTheKeys() =>
        Assert.StartsWith(
            "Portal:Lti:Platforms is set",
            Assert.Single(Failures([Right()], mode: "Local")),
            StringComparison.Ordinal
        );

    [Fact]
    public void Validate_SamePlatformTwice_NamesTheKey() =>
        Assert.Contains("more than once", Assert.Single(Failures([Right(), Right()])), StringComparison.Ordinal);

    [Theory]
    [InlineData(nameof(LtiPlatform.Issuer), "", "Portal:Lti:Platforms:0:Issuer is not set.")]
    [InlineData(nameof(LtiPlatform.ClientId), "", "Portal:Lti:Platforms:0:ClientId is not set.")]
    [InlineData(nameof(LtiPlatform.AuthorizationEndpoint), "lms", "Portal:Lti:Platforms:0:AuthorizationEndpoint is")]
    [InlineData(nameof(LtiPlatform.TokenEndpoint), "http://lms.example/", "Portal:Lti:Platforms:0:TokenEndpoint is")]
    [InlineData(nameof(LtiPlatform.JwksUrl), "file:///etc/passwd", "Portal:Lti:Platforms:0:JwksUrl is")]
    public void Validate_WrongSetting_NamesTheKey(string name, string value, string message)
    {
        var platform = Right();
        typeof(LtiPlatform).GetProperty(name)!.SetValue(platform, value);

        Assert.StartsWith(message, Assert.Single(Failures([platform])), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_WrongLists_NamesTheKeys()
    {
        var platform = Right();
        platform.DeploymentIds.Clear();
        platform.ServiceHosts.Add("https://grades.example/");

        Assert.Equal(
            [
                "Portal:Lti:Platforms:0:DeploymentIds has no deployment.",
                "Portal:Lti:Platforms:0:ServiceHosts has 'https://grades.example/', which is not a host.",
            ],
            Failures([platform]).Select(f => f[..(f.IndexOf(". ", StringComparison.Ordinal) + 1)])
        );
    }

    [Theory]
    [InlineData("https://lms.example/lineitems/1", true)]
    [InlineData("https://lms.example:443/lineitems/1", true)]
    [InlineData("https://grades.example/1", true)]
    [InlineData("https://GRADES.example:8443/1", true)]
    [InlineData("https://lms.example:8443/1", false)]
    [InlineData("https://lms.example.evil.example/1", false)]
    [InlineData("https://lms.example@evil.example/1", false)]
    [InlineData("http://lms.example/1", false)]
    [InlineData("http://grades.example/1", false)]
    [InlineData("http://localhost/1", false)]
    [InlineData("http://[::1]/1", false)]
    [InlineData("lms.example/1", false)]
    [InlineData("", false)]
    public void Keeps_Address_IsOneOfThePlatform(string lineItem, bool expected) =>
        Assert.Equal(expected, Right().Keeps(lineItem));

    private static IReadOnlyList<string> Failures(IEnumerable<LtiPlatform> platforms, string mode = "Class")
    {
        var options = new LtiOptions();
        foreach (var platform in platforms)
            options.Platforms.Add(platform);
        var portal = Options.Create(new PortalOptions { Mode = mode });
        return [.. new LtiOptions.Validator(portal).Validate(null, options).Failures ?? []];
    }
}
