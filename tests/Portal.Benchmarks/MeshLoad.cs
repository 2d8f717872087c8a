using System.Diagnostics;
using Portal.Sandbox;
using Portal.Sandbox.Programs;

namespace Portal.Benchmarks;

/// <summary>
/// The mesh: hops in memory (the client's proxy, its route, mutual TLS, the server's proxy and a program that answers at once), requests through
/// <c>kubectl port-forward</c> with wrk, and what a hundred meshes with a request a second cost.
/// </summary>
internal static class MeshLoad
{
    private const string Httpbin = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"httpbin"},"spec":{"selector":{"matchLabels":{"app":"httpbin"}},"template":{"metadata":{"labels":{"app":"httpbin","version":"v1"}},
        "spec":{"containers":[{"name":"httpbin","image":"docker.io/mccutchen/go-httpbin:v2.15.0","ports":[{"containerPort":8080}]}]}}}}
        """;

    private const string Rules = """
        {"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"httpbin"},"spec":{"hosts":["httpbin","httpbin.example.com"],"gateways":["mesh","bookinfo-gateway"],"http":[
        {"match":[{"headers":{"end-user":{"exact":"jason"}}}],"route":[{"destination":{"host":"httpbin","port":{"number":8000}}}]},
        {"route":[{"destination":{"host":"httpbin","port":{"number":8000}}}]}]}}
        """;

    public static async Task HopsAsync(SandboxServer server, int seconds)
    {
        var cluster = await PrepareAsync(server, "hops");
        var client = cluster.Pods.All.First(p => p.Name.StartsWith("ratings", StringComparison.Ordinal)).Containers["ratings"];
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var hops = 0L;
            var clock = Stopwatch.StartNew();
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
            {
                while (clock.Elapsed.TotalSeconds < seconds)
                {
                    for (var i = 0; i < 500; i++)
                    {
                        var reply = await client.SendAsync(HttpCall.Get("httpbin:8000", "/status/200"), null, CancellationToken.None);
                        if (reply.Status != 200) throw new InvalidOperationException($"{reply.Status} {reply.Flags}");
                    }
                    Interlocked.Add(ref hops, 500);
                }
            })));
            var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
            Console.WriteLine($"{threads} callers: {hops / clock.Elapsed.TotalSeconds:0} hops/s, {hops / used.TotalSeconds:0} hops per second of one core");
        }
    }

    public static async Task ForwardAsync(SandboxServer server, int seconds)
    {
        var cluster = await PrepareAsync(server, "forward");
        var directory = Directory.CreateTempSubdirectory("portal-benchmarks-").FullName;
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.Kubeconfig);
        using var forward = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", kubeconfig, "port-forward", "-n", "istio-system", "svc/istio-ingressgateway", "18080:80"]) { RedirectStandardOutput = true })!;
        await forward.StandardOutput.ReadLineAsync();
        foreach (var (name, path, host) in new[] { ("gateway to httpbin, one hop", "/status/200", "httpbin.example.com"), ("gateway to productpage, with its four calls", "/productpage", "localhost") })
        {
            using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t2", "-c16", $"-d{seconds}s", "-H", $"Host: {host}", "http://127.0.0.1:18080" + path]) { RedirectStandardOutput = true })!;
            var report = await wrk.StandardOutput.ReadToEndAsync();
            Console.WriteLine($"{name}: {report.Split('\n').FirstOrDefault(l => l.Contains("Requests/sec", StringComparison.Ordinal))?.Trim()} {report.Split('\n').FirstOrDefault(l => l.Contains("Non-2xx", StringComparison.Ordinal))?.Trim()}");
        }
        forward.Kill();
    }

    public static async Task ManyAsync(SandboxServer server, int clusters)
    {
        var meshes = new List<SandboxCluster>();
        for (var i = 0; i < clusters; i++) meshes.Add(await PrepareAsync(server, $"many-{i}"));
        await Pause.ForAsync(TimeSpan.FromSeconds(10), "the controllers come to rest");
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        const int Seconds = 20;
        for (var second = 0; second < Seconds; second++)
        {
            foreach (var mesh in meshes)
            {
                var gateway = mesh.Pods.All.First(p => p.Name.StartsWith("istio-ingressgateway", StringComparison.Ordinal)).Containers["istio-proxy"];
                await gateway.HandleAsync(8080, HttpCall.Get("localhost:8080", "/productpage"), CancellationToken.None);
            }
            var rest = TimeSpan.FromSeconds(second + 1) - clock.Elapsed;
            if (rest > TimeSpan.Zero) await Pause.ForAsync(rest, "a request a second");
        }
        var used = (Process.GetCurrentProcess().TotalProcessorTime - before) / clock.Elapsed;
        Console.WriteLine($"{clusters} meshes, a request a second to each one's productpage: {used:P1} of one core");
    }

    /// <summary>From a change of a rule through the API to the first request that it governs, with the push delay that learners have.</summary>
    public static async Task EffectAsync(int changes)
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero }, CancellationToken.None);
        var cluster = await PrepareAsync(server, "effect");
        using var client = Api.Client(cluster, out var address);
        var caller = cluster.Pods.All.First(p => p.Name.StartsWith("ratings", StringComparison.Ordinal)).Containers["ratings"];
        var times = new List<double>();
        for (var i = 0; i < changes; i++)
        {
            var status = 200 + (i % 50);
            using var body = new StringContent($$$"""{"spec":{"http":[{"directResponse":{"status":{{{status}}}} }]}}""", System.Text.Encoding.UTF8, "application/merge-patch+json");
            var clock = Stopwatch.StartNew();
            (await client.PatchAsync(address + "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/httpbin", body)).EnsureSuccessStatusCode();
            async Task<int> StatusAsync() =>
                (await caller.SendAsync(HttpCall.Get("httpbin:8000", "/get"), null, CancellationToken.None)).Status;
            while (await StatusAsync() != status)
                await Pause.ForAsync(TimeSpan.FromMilliseconds(1), "the rule is pushed");
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        Console.WriteLine($"{changes} changes in effect: p50 {times[times.Count / 2]:0} ms, slowest {times[^1]:0} ms");
    }

    private static async Task<SandboxCluster> PrepareAsync(SandboxServer server, string id)
    {
        await new Application(server).InstallAsync(id, CancellationToken.None);
        var cluster = server.GetOrCreate(id);
        using var client = Api.Client(cluster, out var address);
        await Api.PostAsync(client, address + "/api/v1/namespaces/bookinfo/services", """{"metadata":{"name":"httpbin"},"spec":{"selector":{"app":"httpbin"},"ports":[{"name":"http","port":8000,"targetPort":8080}]}}""", CancellationToken.None);
        await Api.PostAsync(client, address + "/apis/apps/v1/namespaces/bookinfo/deployments", Httpbin, CancellationToken.None);
        await Api.PostAsync(client, address + "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices", Rules, CancellationToken.None);
        while (
            !cluster.Controllers.IsIdle
            || !cluster.Mesh.IsCurrent
            || cluster.Mesh.Config.FindHost("httpbin.bookinfo.svc.cluster.local", "bookinfo")
                is not { Endpoints.Count: > 0 }
        )
            await Pause.ForAsync(TimeSpan.FromMilliseconds(20), "the pods start");
        return cluster;
    }
}
