using Microsoft.Extensions.Options;
using Portal.Web.Webhooks;

namespace Portal.Web.Hosting;

/// <summary>What the portal is to those who come to it.</summary>
public sealed class PortalOptions
{
    public const string SectionName = "Portal";

    /// <summary><c>Local</c>: one machine and its owner. <c>Class</c>: many people, who sign in.</summary>
    /// <value>The default is <c>Local</c>.</value>
    public string Mode { get; set; } = "Local";

    /// <summary>Where people reach the portal, for the links that it hands out.</summary>
    /// <value>The default is the address that it listens on.</value>
    public string? PublicUrl { get; set; }

    public bool IsClass => Mode.Equals("Class", StringComparison.OrdinalIgnoreCase);

    /// <summary>Who is told what learners reach.</summary>
    public IList<WebhookReceiver> Webhooks { get; } = [];

    internal sealed class Validator : IValidateOptions<PortalOptions>
    {
        public ValidateOptionsResult Validate(string? name, PortalOptions options)
        {
            var failures = new List<string>();
            if (!options.IsClass && !options.Mode.Equals("Local", StringComparison.OrdinalIgnoreCase))
            {
                failures.Add(
                    $"{SectionName}:{nameof(Mode)} is '{options.Mode}'. Set it to Local for one machine and its "
                        + "owner, or to Class for many people who sign in."
                );
            }
            if (!string.IsNullOrEmpty(options.PublicUrl) && !IsRoot(options.PublicUrl))
            {
                failures.Add(
                    $"{SectionName}:{nameof(PublicUrl)} is '{options.PublicUrl}', which is not the root of an http "
                        + "or https address. "
                        + "Set it to what people type, for example https://portal.example.org, or leave it out."
                );
            }
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static bool IsRoot(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https", PathAndQuery: "/", Fragment: "" };
    }
}
