namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NetstatCommand : IShellCommand
{
    private static readonly int[] s_ports =
    [
        80,
        443,
        3000,
        3306,
        4180,
        5000,
        5432,
        5678,
        6379,
        8000,
        8080,
        8443,
        9000,
        9080,
        9090,
        9376,
        15000,
        15001,
        15006,
        15021,
        15090,
        16686,
        20001,
        27017,
    ];

    public IReadOnlyList<string> Names => ["netstat", "ss"];

    public async Task<int> RunAsync(CommandContext context)
    {
        await context
            .OutAsync(
                context.Name == "ss"
                    ? "State    Recv-Q   Send-Q     Local Address:Port     Peer Address:Port  \n"
                    : "Active Internet connections (only servers)\n"
                        + "Proto Recv-Q Send-Q Local Address           Foreign Address         State       \n"
            )
            .ConfigureAwait(false);
        foreach (var port in s_ports)
        {
            if (context.Container.Pod.ListenerOn(port) is null)
                continue;
            await context
                .OutAsync(
                    context.Name == "ss"
                        ? $"LISTEN   0        128              0.0.0.0:{port, -5}         0.0.0.0:*      \n"
                        : $"tcp        0      0 0.0.0.0:{port, -15} 0.0.0.0:*               LISTEN      \n"
                )
                .ConfigureAwait(false);
        }
        return 0;
    }
}
