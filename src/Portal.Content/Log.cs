using Microsoft.Extensions.Logging;
using Portal.Content.Model;

namespace Portal.Content;

/// <summary>Everything this project logs; ids 5000 to 5999 (1 to 99 are those of guarded work).</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 5000,
        EventName = "ContentProblem",
        Level = LogLevel.Warning,
        Message = "Content: {Problem}"
    )]
    public static partial void Problem(ILogger logger, ContentProblem problem);

    [LoggerMessage(
        EventId = 5001,
        EventName = "ContentNotReloaded",
        Level = LogLevel.Warning,
        Message = "The content could not be read again; the last good state stays."
    )]
    public static partial void ReloadFailed(ILogger logger, Exception exception);
}
