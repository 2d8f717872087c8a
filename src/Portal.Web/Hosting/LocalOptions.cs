using Microsoft.Extensions.Options;
using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Local mode: one machine, one owner, no passwords; the owner is who sees the portal's console.</summary>
public sealed class LocalOptions
{
    public const string SectionName = "Portal:Local";

    /// <summary>Lets the portal listen on addresses that other machines can reach.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowRemote { get; set; }

    /// <summary>Where nobody signs in, and mostly without TLS: only this machine may reach the portal.</summary>
    internal sealed class Validator(IConfiguration configuration, IOptions<PortalOptions> portal)
        : IValidateOptions<LocalOptions>
    {
        public ValidateOptionsResult Validate(string? name, LocalOptions options)
        {
            var open =
                options.AllowRemote || portal.Value.IsClass
                    ? []
                    : ListenAddresses.Configured(configuration).Where(a => !ListenAddresses.IsLoopback(a)).ToList();
            return open.Count == 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    $"Urls has '{open[0]}', which other machines can reach, and this portal is for the owner of one "
                        + "machine: no passwords, no TLS. Set Urls to http://localhost:5080, or set "
                        + $"{SectionName}:AllowRemote to true when something else, such as a container's port mapping, "
                        + "keeps strangers out."
                );
        }
    }
}
