namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class MktempCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["mktemp"];

    public async Task<int> RunAsync(CommandContext context)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        var options = context.Options("dqutp:");
        var template = options.Operands.Count > 0 ? options.Operands[0] : "tmp.XXXXXX";
        var directory =
            options.Value('p')
            ?? (options.Has('t') || options.Operands.Count == 0 ? context.Variable("TMPDIR") ?? "/tmp" : null);
        if (!template.EndsWith("XXXXXX", StringComparison.Ordinal))
            throw new CommandException($"{template}: Invalid argument");
        var name = template[..^6] + new string(Random.Shared.GetItems<char>(Letters, 6));
        var path = directory is null ? name : $"{directory}/{name}";
        var error =
            options.Has('u') ? null
            : options.Has('d') ? context.Container.Files.MakeDirectory(context.Resolve(path))
            : context.Container.Files.Write(context.Resolve(path), []);
        if (error is not null)
            return await context.ErrorAsync($"{path}: {error}").ConfigureAwait(false);
        await context.OutAsync(path + "\n").ConfigureAwait(false);
        return 0;
    }
}
