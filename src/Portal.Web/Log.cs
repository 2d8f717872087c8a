namespace Portal.Web;

/// <summary>
/// Everything this project logs; ids 3000 to 3999 (1 to 99 are those of guarded work). Never a name, a link or a code.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 3000,
        EventName = "RequestFromElsewhere",
        Level = LogLevel.Warning,
        Message = "Refused a request to {Path} from {Origin}, which is not this portal ({Expected}). When that is "
            + "where people reach it, the proxy in front must send X-Forwarded-Proto and X-Forwarded-Host, and "
            + "Portal:ForwardedHeaders:KnownProxies or :KnownNetworks must name it."
    )]
    public static partial void RequestFromElsewhere(ILogger logger, string path, string origin, string expected);

    [LoggerMessage(
        EventId = 3001,
        EventName = "DataDirectoryOpen",
        Level = LogLevel.Warning,
        Message = "Other users of this machine may read {Directory}, and the portal may not change that. Make it the "
            + "portal's own, or take the rights of others away: chmod 0700."
    )]
    public static partial void DataDirectoryOpen(ILogger logger, string directory);

    [LoggerMessage(
        EventId = 3002,
        EventName = "ProviderFailed",
        Level = LogLevel.Warning,
        Message = "Nobody was signed in by the identity provider. Check that it can be reached from here, and "
            + "Portal:OpenIdConnect:Authority, :ClientId and :ClientSecret."
    )]
    public static partial void ProviderFailed(ILogger logger, Exception? exception);

    [LoggerMessage(
        EventId = 3003,
        EventName = "PersonRemoved",
        Level = LogLevel.Information,
        Message = "Administrator {AdministratorId} removed person {PersonId}."
    )]
    public static partial void PersonRemoved(ILogger logger, string personId, string administratorId);

    [LoggerMessage(
        EventId = 3005,
        EventName = "DatabaseAway",
        Level = LogLevel.Error,
        Message = "{Path} was not answered, because the database does not answer: EF Core's line above says why. See "
            + "Portal:Data:ConnectionString, or the disk of Portal:Data:Directory."
    )]
    public static partial void DatabaseAway(ILogger logger, string path);

    [LoggerMessage(EventId = 3004, EventName = "PlainText", Level = LogLevel.Warning, Message = "{Problem}")]
    public static partial void PlainText(ILogger logger, string problem);

    [LoggerMessage(
        EventId = 3006,
        EventName = "Forgotten",
        Level = LogLevel.Information,
        Message = "Deleted {Rows} pieces of evidence and runs from before {Moment:u}, as Portal:Data:KeepDays says."
    )]
    public static partial void Forgotten(ILogger logger, int rows, DateTimeOffset moment);

    [LoggerMessage(
        EventId = 3007,
        EventName = "PersonLeft",
        Level = LogLevel.Information,
        Message = "Person {PersonId} removed their account."
    )]
    public static partial void PersonLeft(ILogger logger, string personId);

    [LoggerMessage(
        EventId = 3008,
        EventName = "WebhookGivenUp",
        Level = LogLevel.Error,
        Message = "{Url} did not take message {Id} and is not asked again; its last answer was {Status} (0: none)."
    )]
    public static partial void WebhookGivenUp(ILogger logger, string url, string id, int status);

    [LoggerMessage(
        EventId = 3009,
        EventName = "WebhookFull",
        Level = LogLevel.Error,
        Message = "A message to {Url} is lost: {Limit} wait for it already."
    )]
    public static partial void WebhookFull(ILogger logger, string url, int limit);

    [LoggerMessage(
        EventId = 3010,
        EventName = "Started",
        Level = LogLevel.Information,
        Message = "The portal has started. Ctrl+C ends it."
    )]
    public static partial void Started(ILogger logger);

    [LoggerMessage(
        EventId = 3011,
        EventName = "Draining",
        Level = LogLevel.Information,
        Message = "The portal ends when what runs has ended, in {Running} sessions; told once more, it ends at once."
    )]
    public static partial void Draining(ILogger logger, int running);

    [LoggerMessage(
        EventId = 3012,
        EventName = "ForgettingPutOff",
        Level = LogLevel.Warning,
        Message = "The clock was set forwards, or the machine slept: nothing is deleted by its age for {Days} days."
    )]
    public static partial void ForgettingPutOff(ILogger logger, int days);

    [LoggerMessage(
        EventId = 3013,
        EventName = "LaunchRefused",
        Level = LogLevel.Warning,
        Message = "A launch from a learning platform was refused. {Reason}"
    )]
    public static partial void LaunchRefused(ILogger logger, string reason);

    [LoggerMessage(
        EventId = 3014,
        EventName = "ScoresNowhere",
        Level = LogLevel.Warning,
        Message = "Scores of a link are not sent. {Problem}"
    )]
    public static partial void ScoresNowhere(ILogger logger, string problem);

    [LoggerMessage(
        EventId = 3015,
        EventName = "ScoreNotTaken",
        Level = LogLevel.Warning,
        Message = "A score waits, and others may: {Problem} It is sent again; the class's page says what waits."
    )]
    public static partial void ScoreNotTaken(ILogger logger, string problem);

    [LoggerMessage(
        EventId = 3016,
        EventName = "ScoresTakenAgain",
        Level = LogLevel.Information,
        Message = "{Platform} takes scores again."
    )]
    public static partial void ScoresTakenAgain(ILogger logger, string platform);
}
