namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TeeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["tee"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("ai");
        var files = new List<OpenFile>();
        foreach (var path in options.Operands)
        {
            try
            {
                files.Add(
                    ShellFiles.Open(
                        context.Process,
                        path,
                        options.Has('a') ? ShellFiles.Access.Append : ShellFiles.Access.Write
                    )
                );
            }
            catch (FileException e)
            {
                await context.ErrorAsync($"{path}: {e.Message}").ConfigureAwait(false);
            }
        }
        try
        {
            while (await context.Input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
            {
                await context.WriteAsync(chunk).ConfigureAwait(false);
                foreach (var file in files) await file.WriteAsync(chunk, context.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var file in files) file.Close();
        }
        return context.Status;
    }
}
