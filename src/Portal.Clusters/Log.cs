using Microsoft.Extensions.Logging;

namespace Portal.Clusters;

/// <summary>
/// Everything this project logs; ids 2000 to 2999 (1 to 99 are those of guarded work). Kinds and counts, never what
/// an object holds.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 2000,
        EventName = "WatchLost",
        Level = LogLevel.Debug,
        Message = "The watch of {Kind} was lost and starts again in {Delay}."
    )]
    public static partial void WatchLost(ILogger logger, Exception exception, string kind, TimeSpan delay);

    [LoggerMessage(
        EventId = 2001,
        EventName = "ObjectUnreadable",
        Level = LogLevel.Warning,
        Message = "One of {Kind} could not be read and is not shown."
    )]
    public static partial void ObjectUnreadable(ILogger logger, Exception? exception, string kind);

    [LoggerMessage(
        EventId = 2002,
        EventName = "WatchFailed",
        Level = LogLevel.Warning,
        Message = "The watch of {Kind} failed in a way that is not the server's and starts again in {Delay}."
    )]
    public static partial void WatchFailed(ILogger logger, Exception exception, string kind, TimeSpan delay);

    [LoggerMessage(
        EventId = 2010,
        EventName = "SandboxStarted",
        Level = LogLevel.Information,
        Message = "The sandbox listens on {Address}."
    )]
    public static partial void SandboxStarted(ILogger logger, Uri address);

    [LoggerMessage(
        EventId = 2011,
        EventName = "ClusterCreated",
        Level = LogLevel.Information,
        Message = "Created the {Provider} cluster {Cluster}."
    )]
    public static partial void ClusterCreated(ILogger logger, string provider, string cluster);

    [LoggerMessage(
        EventId = 2012,
        EventName = "ClusterDeleted",
        Level = LogLevel.Information,
        Message = "Deleted the {Provider} cluster {Cluster}."
    )]
    public static partial void ClusterDeleted(ILogger logger, string provider, string cluster);
}
