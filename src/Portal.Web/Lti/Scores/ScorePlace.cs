using Portal.Classroom.Model;

namespace Portal.Web.Lti.Scores;

/// <summary>Where the scores of a link go, as a launch says; or why they go nowhere, for an instructor.</summary>
/// <param name="LineItem">The column; empty when it is to be found or made in <paramref name="LineItems"/>.</param>
internal sealed record ScorePlace(string LineItem, string? LineItems, string? Problem)
{
    public static ScorePlace Of(LtiMessage message)
    {
        var platform = message.Platform;
        if (!message.Allows(LtiMessage.ScoreScope))
        {
            return Nowhere(
                $"{platform.Name} takes no scores from the portal. If it should, let the portal use the grade book in "
                    + "the platform's settings for it (Assignment and Grade Services, to write scores), and have the "
                    + "link graded."
            );
        }
        if (message.LineItem is { } lineItem)
            return IsUsable(platform, lineItem) ? new ScorePlace(lineItem, null, null) : Elsewhere(platform, lineItem);
        if (message.LineItems is not { } lineItems || !message.Allows(LtiMessage.LineItemScope))
        {
            return Nowhere(
                $"{platform.Name} has no column for this lesson in its grade book, and does not let the portal make "
                    + "one. Have the link graded there, or let the portal manage columns in the platform's settings "
                    + "for it (Assignment and Grade Services)."
            );
        }
        if (!IsUsable(platform, lineItems))
            return Elsewhere(platform, lineItems);
        return message.LinkId!.Length <= PlatformScore.LinkIdMaxLength
            ? new ScorePlace("", lineItems, null)
            : Nowhere(
                $"{platform.Name} calls the link by a name of {message.LinkId.Length} characters; a column can belong "
                    + $"to one of at most {PlatformScore.LinkIdMaxLength}."
            );
    }

    /// <summary>Whether the portal connects there because of what others say.</summary>
    public static bool IsUsable(LtiPlatform platform, string address) =>
        address.Length <= PlatformScore.LineItemMaxLength && platform.Keeps(address);

    /// <summary>Why nothing is sent there, for an instructor and who runs the portal.</summary>
    public static string NotOf(LtiPlatform platform, string address) =>
        $"The grade book of {platform.Name} is at {Cut(address)}, which is not among its hosts. If it is one, an "
        + "administrator adds the host to the ServiceHosts of the platform in Portal:Lti:Platforms.";

    private static ScorePlace Elsewhere(LtiPlatform platform, string address) => Nowhere(NotOf(platform, address));

    private static ScorePlace Nowhere(string problem) => new("", null, problem);

    private static string Cut(string address) => address.Length <= 100 ? address : address[..99] + "…";
}
