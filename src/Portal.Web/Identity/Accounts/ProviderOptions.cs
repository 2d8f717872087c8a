using Microsoft.Extensions.Options;

namespace Portal.Web.Identity.Accounts;

/// <summary>A school's or company's own sign-in, by OpenID Connect.</summary>
public sealed class ProviderOptions
{
    public const string SectionName = "Portal:OpenIdConnect";

    /// <summary>Address of the identity provider; empty for none.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }
    public string? ClientSecret { get; set; }

    /// <summary>What the button calls it.</summary>
    /// <value>The default is "your school".</value>
    public string DisplayName { get; set; } = "your school";

    internal bool IsUsed => !string.IsNullOrEmpty(Authority);

    internal bool IsLoopback => Uri.TryCreate(Authority, UriKind.Absolute, out var uri) && uri.IsLoopback;

    internal sealed class Validator : IValidateOptions<ProviderOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProviderOptions options)
        {
            if (!options.IsUsed)
                return ValidateOptionsResult.Success;
            var failures = new List<string>();
            if (
                !Uri.TryCreate(options.Authority, UriKind.Absolute, out var uri)
                || (uri.Scheme != "https" && !options.IsLoopback)
            )
            {
                failures.Add(
                    $"{SectionName}:{nameof(Authority)} is '{options.Authority}', which is not an https address. "
                        + "Set it to the issuer of your identity provider, for example "
                        + "https://login.example.org/realms/school."
                );
            }
            if (string.IsNullOrEmpty(options.ClientId))
            {
                failures.Add(
                    $"{SectionName}:{nameof(ClientId)} is not set. Set it to the name under which your identity "
                        + "provider knows this portal."
                );
            }
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
