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

    [LoggerMessage(
        EventId = 2013,
        EventName = "ClusterAtRest",
        Level = LogLevel.Information,
        Message = "Put the sandbox cluster {Cluster}, which nobody uses, into a file."
    )]
    public static partial void ClusterAtRest(ILogger logger, string cluster);

    [LoggerMessage(
        EventId = 2014,
        EventName = "ClusterWoken",
        Level = LogLevel.Information,
        Message = "Brought the sandbox cluster {Cluster} back in {Duration}."
    )]
    public static partial void ClusterWoken(ILogger logger, string cluster, TimeSpan duration);

    [LoggerMessage(
        EventId = 2015,
        EventName = "ClusterNotAtRest",
        Level = LogLevel.Error,
        Message = "The sandbox cluster {Cluster}, which nobody uses, stays in memory: its file cannot be written."
    )]
    public static partial void ClusterNotAtRest(ILogger logger, Exception exception, string cluster);

    [LoggerMessage(
        EventId = 2016,
        EventName = "ClusterNotWoken",
        Level = LogLevel.Error,
        Message = "The file of the sandbox cluster {Cluster} cannot be read and was put aside; "
            + "the cluster is a new one."
    )]
    public static partial void ClusterNotWoken(ILogger logger, Exception exception, string cluster);
}
