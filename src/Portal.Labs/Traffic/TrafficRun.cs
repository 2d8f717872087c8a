using System.Collections.Immutable;

namespace Portal.Labs.Traffic;

public enum TrafficPhase { Sending, Done, Stopped, Failed }

/// <summary>Requests that were sent for a learner, and what was answered so far.</summary>
/// <param name="Id">Another for each run.</param>
/// <param name="Where">What is sent from where, in words.</param>
/// <param name="Replies">In the order in which they came.</param>
/// <param name="Message">Why it failed, and what to do; null unless it did.</param>
public sealed record TrafficRun(
    string Id,
    TrafficOrder Order,
    string Where,
    TrafficPhase Phase,
    ImmutableArray<TrafficReply> Replies,
    string? Message = null
);

/// <summary>The answer to one request.</summary>
/// <param name="Number">Of the request, from 1.</param>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Elapsed">By the sending pod's clock, or the cluster's, where there is one.</param>
/// <param name="Body">The first 4 KiB of it, as text; empty when it is not text.</param>
/// <param name="Pod">The pod that the answer names, or null.</param>
/// <param name="Workload">The workload of that pod, or null.</param>
/// <param name="Note">What the status does not say: why there was no answer, or that the body is not shown whole.
/// </param>
public sealed record TrafficReply(
    int Number,
    int Status,
    TimeSpan Elapsed,
    string Body,
    string? Pod,
    string? Workload,
    string? Note
);
