using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>The stress images: hold memory and keep processors busy, as far as the container's limits let them.</summary>
internal sealed class StressProgram(JsonObject spec) : IPodProgram
{
    private readonly List<string> _arguments = [.. spec.Strings("command").Concat(spec.Strings("args")).SkipWhile((a, i) => i == 0 && !a.StartsWith('-'))];

    public bool EndsGracefully => false;

    public bool ActsByItself(ContainerInstance container) => true;

    public Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken) => RunAsync(container, _arguments, cancellationToken);

    public static async Task<int> RunAsync(ContainerInstance container, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (cpus, workers, bytes, seconds) = (0, 0, 256L << 20, 0d);
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--cpu" or "-c": cpus = Number(arguments[i + 1]); break;
                case "--vm" or "-m": workers = Number(arguments[i + 1]); break;
                case "--vm-bytes": bytes = Bytes(arguments[i + 1]); break;
                case "--timeout" or "-t": seconds = ResourceAmount.Parse(arguments[i + 1].TrimEnd('s')); break;
            }
        }
        container.Log.Write($"stress: info: [1] dispatching hogs: {cpus} cpu, 0 io, {workers} vm, 0 hdd");
        var limits = container.Spec.Obj("resources", "limits");
        var memory = ResourceAmount.Parse(limits.Str("memory"));
        var held = workers * bytes;
        if (memory > 0 && held > memory) throw new OutOfMemoryKillException();
        var cores = ResourceAmount.Parse(limits.Str("cpu"));
        container.Usage.HeldBytes = held;
        container.Usage.BusyCores = cores > 0 ? Math.Min(cores, cpus + workers) : cpus + workers;
        await Task.Delay(seconds > 0 ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan, container.Pod.Cluster.Time, cancellationToken).ConfigureAwait(false);
        container.Usage.Reset();
        container.Log.Write($"stress: info: [1] successful run completed in {seconds}s");
        return 0;
    }

    private static int Number(string text) => (int)Math.Clamp(ResourceAmount.Parse(text), 0, 1024);

    /// <summary>As stress counts: K, M and G are powers of 1024.</summary>
    private static long Bytes(string text) => (long)(text.Length > 0 && char.IsAsciiLetter(text[^1]) ? ResourceAmount.Parse(text[..^1] + char.ToUpperInvariant(text[^1]) + "i") : ResourceAmount.Parse(text));
}
