namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UnameCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["uname", "arch"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("asnrvmpio");
        if (context.Name == "arch")
        {
            await context.OutAsync("x86_64\n").ConfigureAwait(false);
            return 0;
        }
        var all = options.Has('a');
        var parts = new List<string>();
        if (all || options.Has('s') || options.All.Count == 0) parts.Add("Linux");
        if (all || options.Has('n')) parts.Add(context.Container.Pod.Name);
        if (all || options.Has('r')) parts.Add("6.1.0-sandbox");
        if (all || options.Has('v')) parts.Add("#1 SMP");
        if (all || options.Has('m') || options.Has('p')) parts.Add("x86_64");
        if (all || options.Has('o')) parts.Add("GNU/Linux");
        await context.OutAsync(string.Join(' ', parts) + "\n").ConfigureAwait(false);
        return 0;
    }
}
