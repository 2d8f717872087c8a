using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Null when the shell itself ended or had to be killed.</param>
internal sealed record CommandOutcome(RunPhase Phase, int? ExitCode)
{
    /// <param name="phase">When something else than the command itself ended it.</param>
    public static CommandOutcome Of(int? status, RunPhase? phase) =>
        new(phase ?? (status == 0 ? RunPhase.Succeeded : RunPhase.Failed), status);
}
