namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TypeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["type"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        foreach (var name in context.Args)
        {
            if (Describe(context, name) is { } text)
                await context.OutAsync($"{name} is {text}\n").ConfigureAwait(false);
            else
            {
                await context.OutAsync($"{name}: not found\n").ConfigureAwait(false);
                context.Status = 127;
            }
        }
        return context.Status;
    }

    public static bool IsKeyword(string name) =>
        name
            is "if"
                or "then"
                or "else"
                or "elif"
                or "fi"
                or "for"
                or "while"
                or "until"
                or "do"
                or "done"
                or "case"
                or "esac"
                or "{"
                or "}"
                or "!"
                or "in"
                or "function"
                or "[[";

    public static string? Describe(CommandContext context, string name)
    {
        if (IsKeyword(name)) return "a shell keyword";
        if (context.Shell!.Functions.ContainsKey(name)) return "a function";
        if (ShellCommandTable.Find(name) is { Kind: var kind })
            return kind == CommandKind.Special ? "a special shell builtin"
                : kind == CommandKind.Builtin ? "a shell builtin"
                : WhichCommand.PathOf(name);
        return name.Contains('/', StringComparison.Ordinal) && context.FileStatus(name) is { IsDirectory: false }
            ? name
            : null;
    }
}
