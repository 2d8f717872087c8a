namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UmaskCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["umask"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("S");
        if (options.Operands.Count == 0)
        {
            await context
                .OutAsync(Convert.ToString(context.Process.Umask, 8).PadLeft(4, '0') + "\n")
                .ConfigureAwait(false);
            return 0;
        }
        try
        {
            context.Process.Umask = Convert.ToInt32(options.Operands[0], 8) & 0x1FF;
            return 0;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new CommandException($"illegal mode: {options.Operands[0]}");
        }
    }
}
