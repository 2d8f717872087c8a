using Microsoft.Extensions.Options;

namespace Portal.Web.Hosting;

/// <summary>What the portal is to those who come to it.</summary>
public sealed class PortalOptions
{
    public const string SectionName = "Portal";

    /// <summary>Where people reach the portal, for the links that it hands out.</summary>
    /// <value>The default is the address that it listens on.</value>
    public string? PublicUrl { get; set; }

    internal sealed class Validator : IValidateOptions<PortalOptions>
    {
        public ValidateOptionsResult Validate(string? name, PortalOptions options) =>
            string.IsNullOrEmpty(options.PublicUrl) || IsRoot(options.PublicUrl)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"{SectionName}:{nameof(PublicUrl)} is '{options.PublicUrl}', which is not the root of an "
                    + "http or https address. Set it to what people type, for example https://portal.example.org, or leave it out.");

        private static bool IsRoot(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/", Fragment: "" };
    }
}
