namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TacCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["tac"];

    public async Task<int> RunAsync(CommandContext context)
    {
        await foreach (var (_, input) in context.InputsAsync(context.Options("").Operands))
        {
            var lines = new List<string>();
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                context.Process.Hold(2L * line.Length + 32);
                lines.Add(input.EndedInNewline ? line + "\n" : line);
            }
            for (var i = lines.Count - 1; i >= 0; i--) await context.OutAsync(lines[i]).ConfigureAwait(false);
        }
        return context.Status;
    }
}
