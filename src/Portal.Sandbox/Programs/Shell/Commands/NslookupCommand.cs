using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NslookupCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["nslookup"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var pod = context.Container.Pod;
        var name = ByteText.ToText(context.Args.FirstOrDefault(a => !a.StartsWith('-')) ?? "");
        await context.OutAsync("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n").ConfigureAwait(false);
        if (ServiceRegistry.Of(pod.Cluster.Store.Snapshot).Resolve(name, pod.Namespace) is not { } service)
        {
            await context.SayAsync($"** server can't find {ByteText.From(name)}: NXDOMAIN\n").ConfigureAwait(false);
            return 1;
        }
        await context.OutAsync($"Name:\t{service.Host}\nAddress: {service.ClusterIp}\n\n").ConfigureAwait(false);
        return 0;
    }
}
