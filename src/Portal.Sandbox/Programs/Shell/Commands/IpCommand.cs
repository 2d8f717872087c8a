namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class IpCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["ip", "ifconfig", "route"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var ip = context.Container.Pod.Ip;
        var gateway = ip[..ip.LastIndexOf('.')] + ".1";
        if (context.Name == "ifconfig")
            await context
                .OutAsync(
                    "eth0      Link encap:Ethernet\n"
                        + $"          inet addr:{ip}  Bcast:0.0.0.0  Mask:255.255.255.0\n"
                        + "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\n"
                        + "lo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n"
                        + "          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n"
                )
                .ConfigureAwait(false);
        else if (context.Name == "route" || context.Args.Any(a => a is "r" or "ro" or "route"))
            await context
                .OutAsync(
                    $"default via {gateway} dev eth0 \n"
                        + $"{ip[..ip.LastIndexOf('.')]}.0/24 dev eth0 scope link  src {ip} \n"
                )
                .ConfigureAwait(false);
        else if (context.Args.Any(a => a is "a" or "ad" or "addr" or "address"))
            await context
                .OutAsync(
                    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n"
                        + "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
                        + "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n"
                        + "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue \n"
                        + $"    inet {ip}/24 brd {ip[..ip.LastIndexOf('.')]}.255 scope global eth0\n"
                        + "       valid_lft forever preferred_lft forever\n"
                )
                .ConfigureAwait(false);
        else
            throw CommandOptions.Usage(context, "OBJECT is one of addr, route");
        return 0;
    }
}
