using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using Portal.Web.Ports;

namespace Portal.Web.Hosting;

/// <summary>
/// The names under which the portal answers. Any other is refused: a foreign name that was made to lead to this machine
/// would let a foreign page read the portal.
/// </summary>
internal sealed class AllowedHosts(
    IConfiguration configuration,
    IOptions<PortalOptions> portal,
    IOptions<PortOptions> ports
) : IConfigureOptions<HostFilteringOptions>
{
    private static readonly string[] s_local = ["localhost", "127.0.0.1", "[::1]", "*.localhost"];

    public void Configure(HostFilteringOptions options)
    {
        var configured = (configuration["AllowedHosts"] ?? "").Split(
            ';',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        string[] published = portal.Value.PublicUrl is { Length: > 0 } url ? [new Uri(url).Host] : [];
        options.AllowedHosts =
            configured.Length > 0 ? configured : [.. s_local, .. published, $"*.{ports.Value.Domain}"];
        options.AllowEmptyHosts = false;
        options.IncludeFailureMessage = false;
    }
}
