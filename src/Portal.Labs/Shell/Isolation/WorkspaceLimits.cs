namespace Portal.Labs.Shell.Isolation;

/// <summary>What the processes of one workspace may use together. Sizes are in MiB.</summary>
public sealed class WorkspaceLimits
{
    /// <value>The default is 256.</value>
    public int Processes { get; set; } = 256;

    /// <summary>Memory, files in <c>/tmp</c> included; the largest process ends when there is no more.</summary>
    /// <value>The default is 1024.</value>
    public int Memory { get; set; } = 1024;

    /// <summary>Processors' worth of time.</summary>
    /// <value>The default is 1.5.</value>
    public double Processors { get; set; } = 1.5;

    /// <summary>Open files of each process.</summary>
    /// <value>The default is 1024.</value>
    public int OpenFiles { get; set; } = 1024;

    /// <summary>The learner's own files. Measured while something runs: until then there may be more.</summary>
    /// <value>The default is 256.</value>
    public int Home { get; set; } = 256;

    /// <summary>How many files and directories those are.</summary>
    /// <value>The default is 50000.</value>
    public int Files { get; set; } = 50_000;

    /// <summary><c>/tmp</c>, and as much again for shared memory.</summary>
    /// <value>The default is 128.</value>
    public int Temporary { get; set; } = 128;

    /// <summary>Names of the limits that are no limits.</summary>
    internal IEnumerable<string> Unusable() =>
        new (string Name, double Value)[]
        {
            (nameof(Processes), Processes),
            (nameof(Memory), Memory),
            (nameof(Processors), Processors),
            (nameof(OpenFiles), OpenFiles),
            (nameof(Home), Home),
            (nameof(Files), Files),
            (nameof(Temporary), Temporary),
        }.Where(l => l.Value is not (> 0 and < 1_000_000)).Select(l => l.Name);
}
