using System.Net;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>Where the portal listens, and whether it may.</summary>
internal static class ListenAddresses
{
    /// <summary>Addresses from <c>Urls</c>, <c>HTTP_PORTS</c> and <c>Kestrel:Endpoints</c>.</summary>
    public static IReadOnlyList<string> Configured(IConfiguration configuration)
    {
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();
        var ports = urls.Length > 0 ? [] : (configuration["http_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => $"http://*:{p}");
        return [.. urls, .. endpoints, .. ports];
    }

    public static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>Where nobody signs in, and mostly without TLS: only this machine may reach the portal.</summary>
    internal sealed class Validator(IConfiguration configuration, IOptions<PortalOptions> portal)
        : IValidateOptions<LocalOptions>
    {
        public ValidateOptionsResult Validate(string? name, LocalOptions options)
        {
            var open =
                options.AllowRemote || portal.Value.IsClass
                    ? []
                    : Configured(configuration).Where(a => !IsLoopback(a)).ToList();
            return open.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    $"Urls has '{open[0]}', which other machines can reach, and this portal is for the owner of one machine: no passwords, no TLS. "
                        + $"Set Urls to http://localhost:5080, or set {LocalOptions.SectionName}:AllowRemote to true when something else, such as a container's port mapping, keeps strangers out."
                );
        }
    }
}
