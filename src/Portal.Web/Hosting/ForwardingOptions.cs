using System.Net;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>Which proxies in front of the portal are believed when they say who asks and how.</summary>
public sealed class ForwardingOptions
{
    public const string SectionName = "Portal:ForwardedHeaders";

    /// <summary>Addresses of proxies.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Networks of proxies, such as <c>10.0.0.0/8</c>.</summary>
    public IList<string> KnownNetworks { get; } = [];

    internal bool IsUsed => KnownProxies.Count + KnownNetworks.Count > 0;

    internal sealed class Validator : IValidateOptions<ForwardingOptions>
    {
        public ValidateOptionsResult Validate(string? name, ForwardingOptions options)
        {
            List<string> failures =
            [
                .. options
                    .KnownProxies.Where(p => !IPAddress.TryParse(p, out _))
                    .Select(p =>
                        $"{SectionName}:{nameof(KnownProxies)} has '{p}', which is not an IP address. Write one like "
                            + "10.0.0.4."
                    ),
                .. options
                    .KnownNetworks.Where(n => !System.Net.IPNetwork.TryParse(n, out _))
                    .Select(n =>
                        $"{SectionName}:{nameof(KnownNetworks)} has '{n}', which is not a network. Write one like "
                            + "10.0.0.0/8."
                    ),
            ];
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }

    internal sealed class Apply(IOptions<ForwardingOptions> known, IOptions<HostFilteringOptions> hosts)
        : IConfigureOptions<ForwardedHeadersOptions>
    {
        public void Configure(ForwardedHeadersOptions options)
        {
            options.ForwardedHeaders =
                ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            // As far as the proxies are known, however many there are in a row.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in known.Value.KnownProxies)
                options.KnownProxies.Add(IPAddress.Parse(proxy));
            foreach (var network in known.Value.KnownNetworks)
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
            options.AllowedHosts = hosts.Value.AllowedHosts;
        }
    }
}
