using System.Text.Json.Nodes;

namespace Portal.Labs.Grading;

/// <summary>Finds out whether one condition holds. Found by name; stateless.</summary>
internal interface ICheckProbe
{
    string Name { get; }

    /// <summary>Whether evaluating it sends traffic or starts processes, so that it is not done on every change.</summary>
    bool IsCostly => false;

    /// <summary>Evaluates the condition. What the cluster or the learner did wrong is an answer; only a cancellation is an exception.</summary>
    Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken);
}
