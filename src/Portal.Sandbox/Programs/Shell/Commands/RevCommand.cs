namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class RevCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["rev"];

    public async Task<int> RunAsync(CommandContext context)
    {
        await foreach (var (_, input) in context.InputsAsync(context.Options("").Operands))
        {
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                var characters = line.ToCharArray();
                Array.Reverse(characters);
                await context
                    .OutAsync(new string(characters) + (input.EndedInNewline ? "\n" : ""))
                    .ConfigureAwait(false);
            }
        }
        return context.Status;
    }
}
