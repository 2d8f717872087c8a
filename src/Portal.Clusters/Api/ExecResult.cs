namespace Portal.Clusters.Api;

/// <summary>What a command in a container printed, and how it ended.</summary>
public sealed record ExecResult(int ExitCode, string Output, string Error);
