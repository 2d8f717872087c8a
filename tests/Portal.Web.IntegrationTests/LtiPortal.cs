using Microsoft.AspNetCore.Hosting;
using Portal.Web.Testing.Lti;

namespace Portal.Web.IntegrationTests;

/// <summary>A portal that a simulated platform launches into. Reached by https, as its cookies want.</summary>
/// <param name="directory">Where it keeps its data, for a portal that is started again; its own when null.</param>
internal sealed class LtiPortal(
    SimulatedPlatform platform,
    string? directory = null,
    params (string Key, string Value)[] settings
) : ClassFactory
{
    public const string Url = "https://localhost";

    /// <summary>A browser of its own; the platform learns where the portal's keys are.</summary>
    public PlatformVisitor Visit()
    {
        platform.Tool = Url;
        platform.ToolKeys = async () =>
        {
            using var client = CreateClient();
            return await client.GetStringAsync("/lti/jwks");
        };
        return new PlatformVisitor(
            platform,
            CreateClient(new() { BaseAddress = new Uri(Url), AllowAutoRedirect = false })
        );
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Portal:PublicUrl", Url);
        if (directory is not null)
            builder.UseSetting("Portal:Data:Directory", directory);
        foreach (var (key, value) in platform.Settings)
            builder.UseSetting(key, value);
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
    }
}
