using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>
/// The heaviest thing that one cluster can do with each budget, on a server of its own, and the process's resident
/// memory before, at its highest and afterwards, by the operating system's accounting.
/// </summary>
internal static class Budgets
{
    private const int Parallel = 32;
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(12);

    private sealed record Case(string Name, Func<HttpClient, string, CancellationToken, Task<string>> Run);

    /// <param name="only">The place of one case in the list, from 1 on; null for all.</param>
    public static async Task RunAsync(int? only)
    {
        foreach (var each in only is { } n ? Cases().Skip(n - 1).Take(1) : Cases())
        {
            await using var server = await SandboxServer.StartAsync(
                new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero },
                CancellationToken.None
            );
            using var client = Api.Client(server.GetOrCreate("greedy"), out var address);
            _ = await client.GetStringAsync(address + "/api/v1/namespaces");
            var before = Memory.Measure().Resident;
            using var watching = new CancellationTokenSource();
            var highest = HighestAsync(watching.Token);
            using var limit = new CancellationTokenSource(s_each);
            string outcome;
            try
            {
                outcome = await each.Run(client, address, limit.Token);
            }
            catch (OperationCanceledException)
            {
                outcome = $"went on for {s_each.TotalSeconds:0} s";
            }
            await watching.CancelAsync();
            var peak = await highest;
            var after = Memory.Measure().Resident;
            Console.WriteLine(
                $"{each.Name}: {Mega(before)} → {Mega(peak)} at the highest (+{Mega(peak - before)}) → "
                    + $"{Mega(after)} MB; {outcome}"
            );
        }
    }

    private static IEnumerable<Case> Cases()
    {
        yield return new("objects until the store is full", FillAsync);
        yield return new(
            "a full store, every object changed again and again, beside lists page by page",
            async (client, address, stop) =>
            {
                await FillAsync(client, address, stop);
                return await ManyAsync(
                    async i =>
                        i % 2 == 0
                            ? await PatchAsync(
                                client,
                                $"{address}/api/v1/namespaces/default/configmaps/big-{i % 40}",
                                "{\"data\":{\"k\":\"" + Random() + "\"}}",
                                stop
                            )
                            : await GetAsync(client, address + "/api/v1/namespaces/default/configmaps?limit=1", stop),
                    stop
                );
            }
        );
        yield return new(
            $"{Parallel} lists of a full store at a time",
            async (client, address, stop) =>
            {
                await FillAsync(client, address, stop);
                return await CurlAsync(client, address + "/api/v1/namespaces/default/configmaps", Parallel, 64);
            }
        );
        yield return new(
            $"{Parallel} bodies of 3 MB at a time",
            (client, address, _) =>
                CurlAsync(
                    client,
                    address + "/api/v1/namespaces/default/configmaps",
                    Parallel,
                    64,
                    "{\"metadata\":{\"name\":\"x\"},\"data\":{"
                        + string.Join(',', Enumerable.Range(0, 190_000).Select(i => $"\"k{i:000000}\":\"v\""))
                        + "}}"
                )
        );
        yield return new(
            $"{Parallel} YAML bodies of aliases at a time",
            (client, address, _) =>
            {
                var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
                for (var i = 1; i < 9; i++)
                    yaml.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
                return CurlAsync(
                    client,
                    address + "/api/v1/namespaces/default/configmaps",
                    Parallel,
                    3000,
                    yaml.ToString(),
                    "application/yaml"
                );
            }
        );
        yield return new(
            "1 000 000 replicas",
            async (client, address, stop) =>
            {
                await SendAsync(
                    client,
                    address + "/apis/apps/v1/namespaces/default/deployments",
                    Api.Deployment("many", 1_000_000),
                    "application/json",
                    stop
                );
                await Pause.ForAsync(Timeout.InfiniteTimeSpan, "the controllers make what they can", stop);
                return "";
            }
        );
        yield return new(
            "1 500 watches",
            async (client, address, _) =>
                string.Join(
                    "; ",
                    await Task.WhenAll(
                        Enumerable
                            .Range(0, 5)
                            .Select(_ => CurlAsync(client, address + "/api/v1/events?watch=true", 300, 300))
                    )
                )
        );
        yield return Script("a log flood of 8 containers", "yes this is a line of the log that goes on and on", 8);
        yield return Script("a line without an end", "yes | tr -d '\\n'");
        yield return Script("a number without an end", "seq -9223372036854775807 9223372036854775807");
        yield return Script(
            "a file that doubles",
            "echo x > /tmp/f; while cat /tmp/f /tmp/f > /tmp/g; do mv /tmp/g /tmp/f; done; sleep 3600"
        );
        yield return Script("a variable that doubles", "x=xxxxxxxxxxxxxxxx; while true; do x=$x$x; done");
        yield return Script("a substitution without an end", "x=$(yes)");
        yield return Script("sort without an end", "yes | sort");
        yield return Script("awk with an array without an end", "yes | awk '{ a[NR] = $0 $0 $0 $0 }'");
        yield return Script("a fork bomb", "f() { f | f & }; f; sleep 3600");
        yield return Script("busy loops of 8 containers", "while true; do :; done", 8);
    }

    private static Case Script(string name, string script, int pods = 1) => new(name, async (client, address, stop) =>
    {
        for (var i = 0; i < pods; i++)
        {
            var pod = new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"p{i}" },
                ["spec"] = new JsonObject { ["restartPolicy"] = "Never", ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "busybox", ["command"] = new JsonArray("sh", "-c", script) }) },
            };
            await Api.PostAsync(client, address + "/api/v1/namespaces/default/pods", pod.ToJsonString(), stop);
        }
        while (true)
        {
            var states = JsonNode.Parse(await client.GetStringAsync(address + "/api/v1/namespaces/default/pods", stop))!["items"]!.AsArray()
                .Select(p => p!["status"]?["containerStatuses"]?[0]?["state"]?["terminated"]).ToList();
            if (states.TrueForAll(s => s is not null)) return string.Join(", ", states.Select(s => $"{s!["reason"]} {s["exitCode"]}").Distinct());
            await Pause.ForAsync(TimeSpan.FromMilliseconds(200), "the pods' programs run", stop);
        }
    });

    private static async Task<string> FillAsync(HttpClient client, string address, CancellationToken stop)
    {
        for (var i = 0; ; i++)
        {
            var answer = await SendAsync(
                client,
                address + "/api/v1/namespaces/default/configmaps",
                "{\"metadata\":{\"name\":\"big-" + i + "\"},\"data\":{\"k\":\"" + Random() + "\"}}",
                "application/json",
                stop
            );
            if (answer != HttpStatusCode.Created)
                return $"{i} objects of 1 MB, then {(int)answer}";
        }
    }

    /// <summary>
    /// Many requests at a time from another process, whose memory is its own; tells how they were answered.
    /// </summary>
    private static async Task<string> CurlAsync(
        HttpClient client,
        string url,
        int parallel,
        int requests,
        string? body = null,
        string type = "application/json"
    )
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, body);
        List<string> arguments =
        [
            "-skZ",
            "--parallel-max",
            $"{parallel}",
            "-m",
            "10",
            "-w",
            "%{http_code}\\n",
            "-o",
            "/dev/null",
            "-H",
            $"Authorization: Bearer {client.DefaultRequestHeaders.Authorization!.Parameter}",
        ];
        if (body is not null)
            arguments.AddRange(["--data-binary", "@" + file, "-H", "Content-Type: " + type]);
        arguments.Add($"{url}{(url.Contains('?') ? '&' : '?')}n=[1-{requests}]");
        using var curl = Process.Start(new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true })!;
        var codes = (await curl.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        File.Delete(file);
        return string.Join(", ", codes.GroupBy(c => c).Select(g => $"{g.Count()} × {g.Key}"));
    }

    /// <summary>A megabyte that does not compress.</summary>
    private static string Random() => Convert.ToHexString(RandomNumberGenerator.GetBytes(500_000));

    /// <summary>Clients that ask without pause until the time is over; tells how they were answered.</summary>
    private static async Task<string> ManyAsync(Func<int, Task<HttpStatusCode>> ask, CancellationToken stop)
    {
        var answers = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(i => Task.Run(async () =>
        {
            try
            {
                while (!stop.IsCancellationRequested) answers.AddOrUpdate((int)await ask(i), 1, (_, n) => n + 1);
            }
            catch (OperationCanceledException)
            {
                // The time is over.
            }
        }, CancellationToken.None)));
        return string.Join(", ", answers.OrderBy(a => a.Key).Select(a => $"{a.Value} × {a.Key}"));
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string url, CancellationToken stop)
    {
        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
        // Read without keeping: the client lives in the same process.
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        await body.CopyToAsync(Stream.Null, stop);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> SendAsync(
        HttpClient client,
        string url,
        string body,
        string type,
        CancellationToken stop
    )
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var response = await client.PostAsync(url, content, stop);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> PatchAsync(
        HttpClient client,
        string url,
        string body,
        CancellationToken stop
    )
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/merge-patch+json");
        using var response = await client.PatchAsync(url, content, stop);
        return response.StatusCode;
    }

    private static async Task<long> HighestAsync(CancellationToken stop)
    {
        using var self = Process.GetCurrentProcess();
        long highest = 0;
        while (!stop.IsCancellationRequested)
        {
            self.Refresh();
            highest = Math.Max(highest, self.WorkingSet64);
            await Pause.ForAsync(TimeSpan.FromMilliseconds(50), "the memory grows", CancellationToken.None);
        }
        return highest;
    }

    private static long Mega(long bytes) => bytes / 1_000_000;
}
