using System.Diagnostics;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>Many watches of one kind while a thousand objects are made: until the last watch has read the last event.</summary>
internal static class WatchFanOut
{
    private const int Events = 1000;

    public static async Task RunAsync(SandboxServer server, int watchers)
    {
        using var client = Api.Client(server.GetOrCreate("fan-out"), out var address);
        using var ready = new CountdownEvent(watchers);
        var readers = Enumerable.Range(0, watchers).Select(_ => Task.Run(() => ReadAsync(client, address, ready))).ToArray();
        ready.Wait();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Events; i++) await Api.PostAsync(client, address + "/api/v1/namespaces/default/configmaps", Api.ConfigMap($"e{i}"), CancellationToken.None);
        var written = watch.Elapsed;
        var counts = await Task.WhenAll(readers);
        Console.WriteLine($"{watchers} watches × {Events} events: written in {written.TotalMilliseconds:0} ms, all read after {watch.Elapsed.TotalMilliseconds:0} ms ({counts.Sum() / watch.Elapsed.TotalSeconds:0} deliveries/s)");
    }

    private static async Task<int> ReadAsync(HttpClient client, string address, CountdownEvent ready)
    {
        using var response = await client.GetAsync(address + "/api/v1/namespaces/default/configmaps?watch=true&labelSelector=app%3Dbench", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        ready.Signal();
        var count = 0;
        while (count < Events && await lines.ReadLineAsync() is { } line) count += line.StartsWith("{\"type\":\"ADDED\"", StringComparison.Ordinal) ? 1 : throw new InvalidOperationException(line);
        return count;
    }
}
