namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class YesCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["yes"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var line = (context.Args.Count == 0 ? "y" : string.Join(' ', context.Args)) + "\n";
        var chunk = ByteText.Bytes(string.Concat(Enumerable.Repeat(line, Math.Max(1, 4096 / line.Length))));
        while (true) await context.WriteAsync(chunk).ConfigureAwait(false);
    }
}
