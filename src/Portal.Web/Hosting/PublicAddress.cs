using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>Where people reach the portal: what the operator says, else the first address that it listens on.</summary>
public sealed class PublicAddress(IServer server, IOptions<PortalOptions> options)
{
    /// <summary>The absolute address of a path of the portal.</summary>
    public Uri Of(string path) => new(Root(), path);

    private Uri Root()
    {
        if (options.Value.PublicUrl is { Length: > 0 } configured)
            return new Uri(configured);
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (listening is null)
            return new Uri("http://localhost");
        var address = BindingAddress.Parse(listening);
        // A browser cannot open "every address of this machine". A single one stays as it is: under the name localhost
        // somebody else may listen on the other.
        var host = address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host;
        return new UriBuilder(address.Scheme, host, address.Port).Uri;
    }
}
