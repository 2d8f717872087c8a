using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>Learning platforms that people come from, by LTI 1.3.</summary>
public sealed class LtiOptions
{
    public const string SectionName = "Portal:Lti";

    /// <summary>Each as <c>Portal:Lti:Platforms:0</c> and so on say.</summary>
    public IList<LtiPlatform> Platforms { get; } = [];

    internal LtiPlatform? Find(string key) => Platforms.FirstOrDefault(p => p.Key == key);

    internal sealed class Validator(IOptions<PortalOptions> portal) : IValidateOptions<LtiOptions>
    {
        public ValidateOptionsResult Validate(string? name, LtiOptions options)
        {
            List<string> failures =
            [
                .. options.Platforms.SelectMany((p, i) => p.Check($"{SectionName}:Platforms:{i}")),
            ];
            if (options.Platforms.Count > 0 && !portal.Value.IsClass)
                failures.Add(
                    $"{SectionName}:Platforms is set, and people come from a learning platform to a class only. Set "
                        + "Portal:Mode to Class, or leave the platforms out."
                );
            failures.AddRange(
                options
                    .Platforms.GroupBy(p => p.Key)
                    .Where(g => g.Count() > 1)
                    .Select(g =>
                        $"{SectionName}:Platforms has '{g.First().Issuer}' with ClientId '{g.First().ClientId}' more "
                            + "than once. Put all its deployments into the DeploymentIds of one."
                    )
            );
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}

/// <summary>A learning platform (Moodle, Canvas, …), in the words of its own page for tools.</summary>
public sealed class LtiPlatform
{
    /// <summary>What pages call it.</summary>
    /// <value>The default is "your learning platform".</value>
    public string Name { get; set; } = "your learning platform";

    /// <summary>Who signs its launches, exactly as it writes itself.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The portal's name there.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Where the portal was placed there; launches of any other are refused.</summary>
    public IList<string> DeploymentIds { get; } = [];

    public string AuthorizationEndpoint { get; set; } = "";
    public string TokenEndpoint { get; set; } = "";

    /// <summary>Where its public keys are.</summary>
    public string JwksUrl { get; set; } = "";

    /// <summary>To whom the portal proves itself for a token, where that is not <see cref="TokenEndpoint"/>.</summary>
    public string? TokenAudience { get; set; }

    /// <summary>
    /// Hosts that keep its grade book, as <c>host</c> or <c>host:port</c>, where that is not the one of
    /// <see cref="TokenEndpoint"/>. Scores are sent nowhere else.
    /// </summary>
    public IList<string> ServiceHosts { get; } = [];

    internal string Key => HashOf(Issuer, ClientId);

    /// <summary>The sites whose pages may show what the portal shows in a frame.</summary>
    internal IEnumerable<string> Origins =>
        new[] { AuthorizationEndpoint, TokenEndpoint, Issuer }
            .Where(IsAddress)
            .Select(a => new Uri(a).GetLeftPart(UriPartial.Authority))
            .Concat(ServiceHosts.Select(h => "https://" + h))
            .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of any length as one of 64 characters.</summary>
    internal static string HashOf(params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>https, or http on this machine.</summary>
    internal static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.UserInfo.Length == 0
        && uri.Fragment.Length == 0;

    /// <summary>Whether scores may be sent there, to which a launch wants the portal to connect.</summary>
    internal bool Keeps(string lineItem) =>
        IsAddress(lineItem)
        && new Uri(lineItem) is var uri
        && new Uri(TokenEndpoint) is var own
        && (
            (uri.Scheme, uri.Authority) == (own.Scheme, own.Authority)
            || (uri.Scheme == Uri.UriSchemeHttps
                && ServiceHosts.Contains(uri.Authority, StringComparer.OrdinalIgnoreCase))
        );

    internal IEnumerable<string> Check(string key)
    {
        if (Issuer.Length == 0)
            yield return $"{key}:Issuer is not set. Set it to the platform's issuer (\"platform ID\").";
        if (ClientId.Length == 0)
            yield return $"{key}:ClientId is not set. Set it to the client ID that the platform gave the portal.";
        if (DeploymentIds.Count == 0 || DeploymentIds.Any(string.IsNullOrWhiteSpace))
            yield return $"{key}:DeploymentIds has no deployment. Set {key}:DeploymentIds:0 to the platform's "
                + "deployment ID.";
        foreach (
            var (name, address) in new[]
            {
                (nameof(AuthorizationEndpoint), AuthorizationEndpoint),
                (nameof(TokenEndpoint), TokenEndpoint),
                (nameof(JwksUrl), JwksUrl),
            }
        )
        {
            if (!IsAddress(address))
                yield return $"{key}:{name} is '{address}', which is not an https address. The platform's page for "
                    + "tools says it.";
        }
        foreach (
            var host in ServiceHosts.Where(h =>
                !IsAddress("https://" + h) || new Uri("https://" + h).PathAndQuery != "/" || h.EndsWith('/')
            )
        )
            yield return $"{key}:ServiceHosts has '{host}', which is not a host. Write one like grades.example.org.";
    }
}
