using Microsoft.Extensions.Logging;

namespace Portal.Sandbox;

/// <summary>
/// What the sandbox tells its operator: always with the cluster, never with what a learner wrote. Event ids 100 to 199
/// (1 and 2 are of guarded work).
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 100,
        EventName = "RequestFailed",
        Level = LogLevel.Error,
        Message = "Cluster {Cluster} failed on {Method} of {Resource}."
    )]
    public static partial void RequestFailed(
        ILogger logger,
        Exception exception,
        string cluster,
        string method,
        string resource
    );

    [LoggerMessage(
        EventId = 101,
        EventName = "ReconcileRefused",
        Level = LogLevel.Debug,
        Message = "Cluster {Cluster}: {Controller} tries {Namespace}/{Name} again in {Delay}: {Reason}"
    )]
    public static partial void ReconcileRefused(
        ILogger logger,
        string cluster,
        string controller,
        string @namespace,
        string name,
        TimeSpan delay,
        string reason
    );

    [LoggerMessage(
        EventId = 102,
        EventName = "ReconcileFailed",
        Level = LogLevel.Error,
        Message = "Cluster {Cluster}: {Controller} failed on {Namespace}/{Name} and tries again in {Delay}."
    )]
    public static partial void ReconcileFailed(
        ILogger logger,
        Exception exception,
        string cluster,
        string controller,
        string @namespace,
        string name,
        TimeSpan delay
    );

    [LoggerMessage(
        EventId = 103,
        EventName = "BudgetSpent",
        Level = LogLevel.Warning,
        Message = "Cluster {Cluster} has spent its budget {Budget}."
    )]
    public static partial void BudgetSpent(ILogger logger, string cluster, string budget);

    [LoggerMessage(
        EventId = 110,
        EventName = "ProgramFault",
        Level = LogLevel.Error,
        Message = "{Program} in container {Container} of pod {Namespace}/{Pod} of cluster {Cluster} failed by "
            + "a fault of the simulation."
    )]
    public static partial void ProgramFault(
        ILogger logger,
        Exception exception,
        string program,
        string container,
        string @namespace,
        string pod,
        string cluster
    );
}
