using Microsoft.Extensions.Options;

namespace Portal.Web.Ports;

/// <summary>Where what listens in a workspace can be opened.</summary>
public sealed class PortOptions
{
    public const string SectionName = "Portal:Ports";

    /// <summary>
    /// The domain below which each port of each workspace has a name of its own, such as <c>8080--abc.localhost</c>. It
    /// must be another one than the portal's, and its names must lead here (a wildcard record).
    /// </summary>
    /// <value>The default is <c>localhost</c>: browsers look for its names on their own machine.</value>
    public string Domain { get; set; } = "localhost";

    internal sealed class Validator : IValidateOptions<PortOptions>
    {
        public ValidateOptionsResult Validate(string? name, PortOptions options) =>
            Uri.CheckHostName(options.Domain) == UriHostNameType.Dns
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    $"{SectionName}:Domain is '{options.Domain}', which is no domain name. Set it to one such as labs.example.org, whose names all lead to the portal."
                );
    }
}
