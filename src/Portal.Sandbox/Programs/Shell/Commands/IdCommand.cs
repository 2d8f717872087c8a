using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class IdCommand : IShellCommand
{
    private const long Root = 0, Proxy = 1337;

    public IReadOnlyList<string> Names => ["id", "whoami"];

    public static long User(ContainerInstance container) => container.User ?? (container.IsProxy ? Proxy : Root);

    public static string UserName(ContainerInstance container) =>
        User(container) switch
        {
            Root => "root",
            Proxy => "istio-proxy",
            65534 => "nobody",
            var id => id.ToString(CultureInfo.InvariantCulture),
        };

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("ugGnr");
        var (id, name) = (User(context.Container), UserName(context.Container));
        if (context.Name == "whoami")
        {
            if (char.IsAsciiDigit(name[0])) throw new CommandException($"unknown uid {name}");
            await context.OutAsync(name + "\n").ConfigureAwait(false);
        }
        else if (options.Has('u') || options.Has('g') || options.Has('G'))
            await context
                .OutAsync((options.Has('n') ? name : id.ToString(CultureInfo.InvariantCulture)) + "\n")
                .ConfigureAwait(false);
        else if (id == Root)
            await context.OutAsync("uid=0(root) gid=0(root) groups=0(root)\n").ConfigureAwait(false);
        else
            await context
                .OutAsync(
                    $"uid={id} gid={(context.Container.IsProxy ? id : 0)} "
                        + $"groups={(context.Container.IsProxy ? id : 0)}\n"
                )
                .ConfigureAwait(false);
        return 0;
    }
}
