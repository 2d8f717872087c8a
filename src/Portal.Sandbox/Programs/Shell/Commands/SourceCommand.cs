namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SourceCommand : IShellCommand
{
    public IReadOnlyList<string> Names => [".", "source"];

    public CommandKind Kind => CommandKind.Special;

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Args.Count == 0) throw new ShellErrorException($"{context.Name}: filename argument required");
        var shell = context.Shell!;
        string script;
        try
        {
            var reader = context.Read(ShellFiles.Open(context.Process, context.Args[0], ShellFiles.Access.Read));
            script = ByteText.From(await reader.ReadAllAsync().ConfigureAwait(false));
            reader.Close();
        }
        catch (FileException)
        {
            throw new ShellErrorException(
                $"{context.Name}: can't open '{context.Args[0]}': {ContainerFiles.Missing}",
                2
            );
        }
        var positional = shell.Positional;
        if (context.Args.Count > 1) shell.Positional = [.. context.Args.Skip(1)];
        var status = await shell.RunScriptAsync(script).ConfigureAwait(false);
        if (context.Args.Count > 1) shell.Positional = positional;
        if (shell.Leaving == ShellInterpreter.Flow.Return) shell.Leaving = ShellInterpreter.Flow.None;
        return status;
    }
}
