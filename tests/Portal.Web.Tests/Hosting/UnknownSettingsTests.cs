using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Web.Hosting.Settings;
using Xunit;

namespace Portal.Web.Tests.Hosting;

public sealed class UnknownSettingsTests
{
    [Theory]
    [InlineData("Portal:Mode")]
    [InlineData("portal:mode")]
    [InlineData("Portal:Data:Directory")]
    [InlineData("Portal:Data:Password_FILE")]
    [InlineData("Portal:Labs:Limits:Memory")]
    [InlineData("Portal:Labs:Egress:0")]
    [InlineData("Portal:Labs:Admission:Sessions")]
    [InlineData("Portal:Lti:Platforms:0:DeploymentIds:0")]
    [InlineData("Portal:Lti:Platforms:0:ClientId_FILE")]
    [InlineData("Portal:Clusters:Sandbox:Budgets:StoredBytes")]
    [InlineData("Portal:ForwardedHeaders:KnownProxies:3")]
    [InlineData("Elsewhere:Anything")]
    public void Refuse_KnownSetting_IsSilent(string key) => NewSettings().Refuse(With(key));

    [Theory]
    [InlineData("Portal:Mod", "Portal:Mod is not a setting. Did you mean Portal:Mode?")]
    [InlineData("Portal:Dat:Directory", "Portal:Dat is not a setting. Did you mean Portal:Data?")]
    [InlineData("Portal:Cluster:Sandbox", "Portal:Cluster is not a setting. Did you mean Portal:Clusters?")]
    [InlineData("Portal:Data:Pasword_FILE", "Portal:Data:Pasword_FILE is not a setting.")]
    [InlineData(
        "Portal:Clusters:Sandbox:Budgets:StoredByte",
        "Portal:Clusters:Sandbox:Budgets:StoredByte is not a setting. "
            + "Did you mean Portal:Clusters:Sandbox:Budgets:StoredBytes?"
    )]
    [InlineData(
        "Portal:Limits:Everything",
        "Portal:Limits has LaunchesPerMinute, RequestsPerMinute, RunsPerMinute, SignInsPerMinute."
    )]
    [InlineData(
        "Portal:Lti:Platforms:0:Isuer",
        "Portal:Lti:Platforms:0:Isuer is not a setting. Did you mean Portal:Lti:Platforms:0:Issuer?"
    )]
    [InlineData("Portal:Mode:Class", "Portal:Mode:Class is not a setting: Portal:Mode has no parts.")]
    public void Refuse_UnknownSetting_SaysWhichAndWhatItMayMean(string key, string message)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => NewSettings().Refuse(With(key)));

        Assert.Contains(message, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    private static UnknownSettings NewSettings()
    {
        var services = new ServiceCollection();
        services.AddPortalLabs();
        services.AddPortalWeb(With());
        return new UnknownSettings(services);
    }

    private static IConfiguration With(params string[] keys) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(keys.Select(k => KeyValuePair.Create(k, (string?)"1")))
            .Build();
}
