using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ExitCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["exit", "return"];

    public CommandKind Kind => CommandKind.Special;

    public Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        var status =
            context.Args.Count == 0 ? shell.LastStatus
            : int.TryParse(context.Args[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
                ? n & 255
            : throw new ShellErrorException($"{context.Name}: Illegal number: {context.Args[0]}");
        shell.LastStatus = status;
        shell.Leaving = context.Name == "exit" ? ShellInterpreter.Flow.Exit : ShellInterpreter.Flow.Return;
        return Task.FromResult(status);
    }
}
