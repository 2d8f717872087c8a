using Portal.Content.Model;

namespace Portal.Labs.Grading;

/// <summary>What an author's tools see of a session besides what its learner does: verdicts that change nothing, and the grader's shell.</summary>
internal interface ICheckTrials
{
    GraderShell Shell { get; }

    /// <summary>The API server's version, such as 1.33.4.</summary>
    Task<string> GetKubernetesVersionAsync(CancellationToken cancellationToken);

    /// <summary>Evaluates a check on the cluster as it is, whatever its state; that state stays as it is.</summary>
    Task<Verdict> TryCheckAsync(CheckDefinition check, string? answer, CancellationToken cancellationToken);
}
