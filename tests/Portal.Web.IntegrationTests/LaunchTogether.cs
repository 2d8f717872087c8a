using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>A platform and its portal for all tests of a class: what is refused leaves nothing behind.</summary>
public sealed class LaunchTogether : IAsyncLifetime
{
    internal SimulatedPlatform Platform { get; private set; } = null!;
    internal LtiPortal Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Platform = await SimulatedPlatform.StartAsync();
        Platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        Portal = new LtiPortal(Platform);
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Platform.DisposeAsync();
    }
}
