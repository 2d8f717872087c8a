using Microsoft.Extensions.Options;
using Portal.Web.Hosting;

namespace Portal.Web.Webhooks;

/// <summary>Somebody who wants to be told, as <c>Portal:Webhooks:0</c> and so on say.</summary>
public sealed class WebhookReceiver
{
    /// <summary>Where to post to.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// What both sides sign with: <c>whsec_</c> and at least 24 bytes in base64. May stand in a file of its own.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>Which of <see cref="WebhookEvent.All"/>; all when empty.</summary>
    public IList<string> Events { get; } = [];

    internal bool Wants(string type) => Events.Count == 0 || Events.Contains(type, StringComparer.OrdinalIgnoreCase);

    internal sealed class Validator : IValidateOptions<PortalOptions>
    {
        public ValidateOptionsResult Validate(string? name, PortalOptions options)
        {
            var failures = options.Webhooks.SelectMany(Check).ToList();
            return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }

        private static IEnumerable<string> Check(WebhookReceiver receiver, int i)
        {
            var key = $"{PortalOptions.SectionName}:{nameof(PortalOptions.Webhooks)}:{i}";
            if (!Uri.TryCreate(receiver.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                yield return $"{key}:Url is '{receiver.Url}', which is no http or https address.";
            if (!WebhookSignature.IsSecret(receiver.Secret))
                yield return $"{key}:Secret is not 'whsec_' and at least 24 bytes in base64. Make one with: "
                    + "echo whsec_$(openssl rand -base64 32)";
            foreach (var type in receiver.Events.Except(WebhookEvent.All, StringComparer.OrdinalIgnoreCase))
                yield return $"{key}:Events has '{type}'. There are {string.Join(", ", WebhookEvent.All)}.";
        }
    }
}
