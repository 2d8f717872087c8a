using System.Globalization;
using System.Net;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>
/// Thousands of requests, valid ones that were damaged: every answer is a Status or an object, none is a 500, nothing is
/// logged as unexpected, and the cluster next door notices nothing. The suite sends the same ten thousand each time;
/// SANDBOX_FUZZ_REQUESTS=N sends N that nobody has seen before, and shrinks what fails.
/// </summary>
public sealed class FuzzTests
{
    private const int Requests = 10_000;

    /// <summary>What a real API server, too, answers with code 500.</summary>
    private static readonly string[] s_deliberate = ["failed to create typed patch object", "without impersonating a user", "error executing command in container", "unable to forward port because pod is not running"];

    [Fact]
    public async Task Requests_Damaged_GetProperAnswersAndHarmNobody()
    {
        var explore = int.TryParse(Environment.GetEnvironmentVariable("SANDBOX_FUZZ_REQUESTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        using var log = new CapturingLogger();
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero, RunPods = false, LoggerFactory = log }, TestContext.Current.CancellationToken);
        var (victim, neighbour) = (server.GetOrCreate("fuzzed"), server.GetOrCreate("neighbour"));
        // The neighbour's own beginnings are over when every namespace has its account and its certificate.
        await Eventually.True(() => neighbour.Store.Snapshot.List("namespaces").All(n =>
            neighbour.Store.Snapshot.Find("serviceaccounts", n.Name, "default") is not null && neighbour.Store.Snapshot.Find("configmaps", n.Name, "kube-root-ca.crt") is not null) && neighbour.Controllers.IsIdle);
        using var client = BadInputTests.Client(out var address, victim);
        using var other = BadInputTests.Client(out var otherAddress, neighbour);
        var before = neighbour.Store.Snapshot.Revision;
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        var generator = FuzzedRequest.Generator();
        if (explore > 0) await generator.SampleAsync(r => SendAsync(client, address, r, log), iter: explore, threads: 8, print: r => r.ToString());
        else
        {
            // One after another: what one request leaves behind is the same for the next in every run.
            for (var i = 0; i < Requests; i++) await SendAsync(client, address, generator.Generate(new PCG(1, (ulong)i), null, out Size _), log);
        }

        using var answer = await other.GetAsync(otherAddress + "/api/v1/namespaces/default", TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(before, neighbour.Store.Snapshot.Revision);
        Assert.Empty(log.Entries);
        var grown = (GC.GetTotalMemory(forceFullCollection: true) - memory) / 1024 / 1024;
        Assert.True(grown < 300, $"memory grew by {grown} MiB");
    }

    private static async Task SendAsync(HttpClient client, string address, FuzzedRequest fuzzed, CapturingLogger log)
    {
        using var request = fuzzed.ToMessage(address);
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var code = (int)response.StatusCode;
        var trouble = code == 500 ? await response.Content.ReadAsStringAsync(limit.Token) : "";
        // 505 is the web server's answer to a request line that it cannot read.
        Assert.True(code is < 500 or 501 or 503 or 504 or 505 || (fuzzed.Method == "HEAD" && fuzzed.Header?.StartsWith("Impersonate", StringComparison.Ordinal) == true) || s_deliberate.Any(d => trouble.Contains(d, StringComparison.Ordinal)), $"{code} for {fuzzed}: {trouble} {log.Entries.LastOrDefault()}");
        if (code == 500 || fuzzed.Method == "HEAD") return;
        // What has no end (a watch, a log that is followed) was only to be opened: such answers have no length.
        if (code == 200 && (fuzzed.IsStream || response.Content.Headers.ContentLength is null)) return;
        var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
        if (response.Content.Headers.ContentType?.MediaType != "application/json" || body.Length == 0) return;
        using var json = JsonDocument.Parse(body);
        if (code < 400) return;
        Assert.Equal("Status", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal(code, json.RootElement.GetProperty("code").GetInt32());
        Assert.True(json.RootElement.TryGetProperty("message", out _), $"no message for {fuzzed}");
    }
}
