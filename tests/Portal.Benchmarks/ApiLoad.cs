using System.Diagnostics;
using System.Text.RegularExpressions;
using Portal.Sandbox;

namespace Portal.Benchmarks;

/// <summary>Get, list of 500 and create over TLS, with wrk (Debian's package) and 16 connections on the same machine.</summary>
internal static class ApiLoad
{
    public static async Task RunAsync(SandboxServer server, int seconds)
    {
        var cluster = server.GetOrCreate("load");
        using var client = Api.Client(cluster, out var address);
        foreach (var ns in new[] { "one", "lists", "creates" }) await Api.PostAsync(client, address + "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{ns}}}"} }""" , CancellationToken.None);
        await Api.PostAsync(client, address + "/api/v1/namespaces/one/configmaps", Api.ConfigMap("one"), CancellationToken.None);
        for (var i = 0; i < 499; i++) await Api.PostAsync(client, address + "/api/v1/namespaces/lists/configmaps", Api.ConfigMap($"c{i}"), CancellationToken.None);
        var authorization = $"wrk.headers['Authorization']='Bearer {Api.Token(cluster)}'\n";
        var create = authorization + """
            wrk.method='POST'
            wrk.headers['Content-Type']='application/json'
            wrk.body='{"metadata":{"generateName":"bench-","labels":{"app":"bench"}},"data":{"key":"value","other":"some text that is a little longer"}}'
            """;
        foreach (var (name, path, script) in new[]
        {
            ("get", "/api/v1/namespaces/one/configmaps/one", authorization),
            ("list of 500", "/api/v1/namespaces/lists/configmaps", authorization),
            ("create", "/api/v1/namespaces/creates/configmaps", create),
        })
        {
            await WrkAsync(address + path, script, Math.Min(2, seconds));
            Console.WriteLine($"{name}: {await WrkAsync(address + path, script, seconds)}");
        }
    }

    private static async Task<string> WrkAsync(string url, string script, int seconds)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, script);
        using var process = Process.Start(new ProcessStartInfo("wrk", ["-t2", "-c16", $"-d{seconds}s", "--latency", "-s", file, url]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        File.Delete(file);
        var refused = Regex.Match(output, @"Non-2xx or 3xx responses: (\d+)");
        return $"{Regex.Match(output, @"Requests/sec:\s+([\d.]+)").Groups[1].Value} requests/s, p99 {Regex.Match(output, @"99%\s+(\S+)").Groups[1].Value}{(refused.Success ? $", {refused.Groups[1].Value} refused" : "")}";
    }
}
