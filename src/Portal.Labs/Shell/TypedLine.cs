namespace Portal.Labs.Shell;

/// <summary>
/// What the shell prints while it runs a line that a learner typed; only the end is kept. Not thread-safe: one task
/// reads the shell.
/// </summary>
internal sealed class TypedLine
{
    private const int OutputLimit = 8 * 1024;

    private OutputText? _output;

    /// <summary>A line starts to run.</summary>
    public void Begin() => _output = new OutputText(OutputLimit);

    public void Print(ReadOnlySpan<byte> text) => _output?.Append(text);

    /// <summary>The line was the runner's.</summary>
    public void Forget() => _output = null;

    /// <param name="own">Whether the prompt comes after a line of the learner's own.</param>
    public PromptReport End(bool own, int status, string history)
    {
        var output = own ? _output?.ToString() : null;
        _output = null;
        return new(own, status, output ?? "", history);
    }
}

/// <summary>What was there before a prompt.</summary>
/// <param name="OwnLine">A line of the learner's own; or nothing new.</param>
/// <param name="History">The newest line of the shell's history with its number, cut; not to be trusted.</param>
internal sealed record PromptReport(bool OwnLine, int Status, string Output, string History);

/// <summary>A line that a learner typed, as bash says it was. All of it is the learner's word.</summary>
internal sealed record TypedCommand(string Text, int Status, string Output);
