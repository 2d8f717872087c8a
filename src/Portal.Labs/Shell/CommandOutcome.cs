using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Null when the shell itself ended or had to be killed.</param>
internal sealed record CommandOutcome(RunPhase Phase, int? ExitCode);
