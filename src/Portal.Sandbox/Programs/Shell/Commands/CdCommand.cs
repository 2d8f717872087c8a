namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CdCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["cd", "chdir"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+LP");
        var shell = context.Shell!;
        var target = options.Operands.Count > 0 ? options.Operands[0] : shell.Variables["HOME"] ?? "/";
        var shows = target == "-";
        if (shows) target = shell.Variables["OLDPWD"] ?? throw new CommandException("OLDPWD not set");
        var path = context.Resolve(target);
        if (target.Length > 0 && context.Container.Files.Status(path) is not { IsDirectory: true })
        {
            var exists = context.Container.Files.Status(path) is not null;
            throw new CommandException(
                $"can't cd to {target}: {(exists ? "Not a directory" : ContainerFiles.Missing)}",
                2
            );
        }
        shell.Variables.Set("OLDPWD", ByteText.From(context.Process.Directory));
        context.Process.Directory = path;
        shell.Variables.Set("PWD", ByteText.From(path));
        if (shows) await context.OutAsync(ByteText.From(path) + "\n").ConfigureAwait(false);
        return 0;
    }
}
