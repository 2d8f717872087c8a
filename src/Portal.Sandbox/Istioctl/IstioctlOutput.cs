namespace Portal.Sandbox.Istioctl;

/// <param name="LineAsync">Writes lines to standard output (no trailing newline).</param>
/// <param name="ErrorAsync">Writes lines to standard error.</param>
/// <param name="ForwardAsync">Asks the caller to forward a port from now on: "namespace pod local:remote". Null where nobody could.</param>
internal sealed record IstioctlOutput(Func<string, Task> LineAsync, Func<string, Task> ErrorAsync, Func<string, Task>? ForwardAsync = null)
{
    /// <summary>Asks whoever sits in front of the command; null where nobody does.</summary>
    public Func<string, Task<string?>>? Ask { get; init; }

    /// <returns>The answer; null when there was none.</returns>
    public async Task<string?> AskAsync(string question)
    {
        if (Ask is not null) return await Ask(question).ConfigureAwait(false);
        await LineAsync(question + " ").ConfigureAwait(false);
        return null;
    }
}
