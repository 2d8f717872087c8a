namespace Portal.Clusters.Processes;

/// <summary>Runs the programs that providers need.</summary>
internal interface IProcessRunner
{
    /// <summary>Whether the program is on the PATH.</summary>
    bool Exists(string program);

    /// <summary>Runs to the end; cancelling kills it.</summary>
    /// <param name="onLine">Called with each line of output and of errors as it comes; null for none.</param>
    Task<ProcessResult> RunAsync(string program, IReadOnlyList<string> arguments, Action<string>? onLine, CancellationToken cancellationToken);
}

internal sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>What the program said about its failure, shortened to what a learner can read.</summary>
    public string LastError => (Error.Length > 0 ? Error : Output).TrimEnd().Split('\n')[^1];
}
