using System.Globalization;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class PingCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["ping"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("c:W:w:i:q46s:");
        if (options.Operands.Count == 0) throw CommandOptions.Usage(context, "no host");
        var host = options.Operands[0];
        var pod = context.Container.Pod;
        var service = ServiceRegistry.Of(pod.Cluster.Store.Snapshot).Resolve(ByteText.ToText(host), pod.Namespace);
        var address =
            System.Net.IPAddress.TryParse(host, out _) ? host
            : host == "localhost" ? "127.0.0.1"
            : service?.ClusterIp;
        if (address is null)
            throw new CommandException($"bad address '{host}'");
        var count = options.Number('c', long.MaxValue);
        var interval = TimeSpan.FromSeconds(
            double.TryParse(options.Value('i'), CultureInfo.InvariantCulture, out var s) ? Math.Clamp(s, 0.01, 3600) : 1
        );
        // Services' addresses exist in rules only: they answer no ICMP.
        var answers = address == "127.0.0.1" || pod.Cluster.Pods.FindByIp(address) is not null;
        await context.OutAsync($"PING {host} ({address}): 56 data bytes\n").ConfigureAwait(false);
        var (sent, received) = (0L, 0L);
        while (sent < count)
        {
            if (answers)
            {
                await context
                    .OutAsync($"64 bytes from {address}: seq={sent} ttl=64 time=0.0{Random.Shared.Next(50, 99)} ms\n")
                    .ConfigureAwait(false);
                received++;
            }
            sent++;
            await context.FlushAsync().ConfigureAwait(false);
            if (sent < count || !answers) await Task.Delay(interval, context.Time, context.Token).ConfigureAwait(false);
        }
        await context
            .OutAsync(
                $"\n--- {host} ping statistics ---\n"
                    + $"{sent} packets transmitted, {received} packets received, "
                    + $"{(sent == 0 ? 0 : (sent - received) * 100 / sent)}% packet loss\n"
            )
            .ConfigureAwait(false);
        if (received > 0)
            await context.OutAsync("round-trip min/avg/max = 0.050/0.075/0.099 ms\n").ConfigureAwait(false);
        return received > 0 ? 0 : 1;
    }
}
