// Measurements of the sandbox, run by hand: dotnet run -c Release --project tests/Portal.Benchmarks [name [number]]
using Portal.Benchmarks;
using Portal.Sandbox;

var benchmarks = new Dictionary<string, Func<SandboxServer, int?, Task>>
{
    ["ready"] = (server, _) => Ready.RunAsync(server),
    ["api"] = (server, seconds) => ApiLoad.RunAsync(server, seconds ?? 8),
    ["watch"] = (server, watchers) => WatchFanOut.RunAsync(server, watchers ?? 100),
    ["neighbours"] = (server, seconds) => Neighbours.RunAsync(server, seconds ?? 8),
    ["noisy"] = (_, seconds) => Noisy.RunAsync(seconds ?? 15),
    ["run"] = (_, seconds) => FirstOutput.RunAsync(seconds ?? 20),
    ["workspaces"] = (_, others) => Workspaces.RunAsync(others ?? 100),
    ["class"] = (_, learners) => ClassLoad.RunAsync(learners ?? 100),
    ["idle"] = (_, learners) => IdleLoad.RunAsync(learners ?? 100),
    ["hops"] = (server, seconds) => MeshLoad.HopsAsync(server, seconds ?? 5),
    ["forward"] = (server, seconds) => MeshLoad.ForwardAsync(server, seconds ?? 8),
    ["effect"] = (_, changes) => MeshLoad.EffectAsync(changes ?? 30),
    ["meshes"] = (server, clusters) => MeshLoad.ManyAsync(server, clusters ?? 100),
    ["budgets"] = (_, which) => Budgets.RunAsync(which),
    ["sleep"] = (server, count) => Sleep.RunAsync(server, count ?? 50),
    ["memory"] = (server, clusters) => Memory.RunAsync(server, clusters is { } n ? [n] : [1, 100, 500]),
};
var chosen = args.Length > 0 ? [args[0]] : benchmarks.Keys.ToArray();
foreach (var name in chosen)
{
    if (!benchmarks.TryGetValue(name, out var benchmark))
    {
        Console.Error.WriteLine($"No benchmark \"{name}\": {string.Join(", ", benchmarks.Keys)}");
        return 2;
    }
    await using var server = await SandboxServer.StartAsync(
        new SandboxOptions
        {
            PodStartDelay = TimeSpan.Zero,
            ConfigPushDelay = TimeSpan.Zero,
            Budgets = { StoredObjects = int.MaxValue, StoredBytes = long.MaxValue / 2 },
        },
        CancellationToken.None
    );
    await benchmark(server, args.Length > 1 ? int.Parse(args[1]) : null);
}
return 0;
