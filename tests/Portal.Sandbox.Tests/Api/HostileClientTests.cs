using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Clients that hang, vanish or come in crowds: others do not notice, and nothing is logged as a failure.</summary>
public sealed class HostileClientTests : IAsyncLifetime
{
    private readonly CapturingLogger _log = new();
    private SandboxServer _server = null!;
    private SandboxCluster _cluster = null!;
    private HttpClient _client = null!;
    private string _address = "";

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero, LoggerFactory = _log }, TestContext.Current.CancellationToken);
        _cluster = _server.GetOrCreate("hostile");
        _client = BadInputTests.Client(out _address, _cluster);
        await Eventually.True(() => _cluster.Store.Snapshot.Find("serviceaccounts", "default", "default") is not null);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_log.Entries);
        _client.Dispose();
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Watch_ThatIsNotRead_HoldsNobodyUpAndExpires()
    {
        using var stalled = await _client.GetAsync(_address + "/api/v1/namespaces/default/configmaps?watch=true", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).DefaultTimeout();
        var text = new string('x', 20_000);

        // More than sockets buffer and more changes than the history holds.
        await Parallel.ForEachAsync(Enumerable.Range(0, 1500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) => await CreateAsync($"c{i}", text, token));

        using var lines = new StreamReader(await stalled.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        string? line, last = null;
        while ((line = await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout()) is not null) last = line;
        Assert.StartsWith("{\"type\":\"ERROR\"", last, StringComparison.Ordinal);
        Assert.Contains("\"code\":410", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watches_InCrowds_AllSeeAChange()
    {
        const int Crowd = 1000;
        using var opened = new CountdownEvent(Crowd);
        var readers = Enumerable.Range(0, Crowd).Select(_ => ReadFirstAsync(opened)).ToArray();
        Assert.True(await Task.Run(() => opened.Wait(TestTimeouts.Default), TestContext.Current.CancellationToken));

        await CreateAsync("seen", "x", TestContext.Current.CancellationToken);

        Assert.All(await Task.WhenAll(readers).DefaultTimeout(), line => Assert.StartsWith("{\"type\":\"ADDED\"", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/pods/web/exec?command=cat&stdin=true&stdout=true", "websocket", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n")]
    [InlineData("/api/v1/namespaces/default/pods/web/exec?command=cat&stdin=true&stdout=true", "SPDY/3.1", "X-Stream-Protocol-Version: v4.channel.k8s.io\r\n")]
    [InlineData("/api/v1/namespaces/default/pods/web/portforward", "SPDY/3.1", "X-Stream-Protocol-Version: portforward.k8s.io\r\n")]
    [InlineData("/api/v1/namespaces/default/pods/web/portforward?ports=80", "websocket", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n")]
    public async Task Stream_FullOfNonsenseAndDropped_LeavesThePodAlone(string path, string protocol, string headers)
    {
        using var pod = new StringContent("""{"metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"nginx"}]}}""", Encoding.UTF8, "application/json");
        using var created = await _client.PostAsync(_address + "/api/v1/namespaces/default/pods", pod, TestContext.Current.CancellationToken).DefaultTimeout();
        await Eventually.True(() => _cluster.Pods.Find(new("default", "web"))?.Containers["web"].IsRunning == true);

        for (var i = 0; i < 10; i++)
        {
            await using var stream = await ConnectAsync();
            var token = Regex.Match(_cluster.Kubeconfig, "token: (.*)").Groups[1].Value.Trim();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {new Uri(_address).AbsolutePath}{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n{headers}\r\n".Replace("POST", protocol == "websocket" ? "GET" : "POST", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
            var answer = new byte[4096];
            var read = await stream.ReadAsync(answer, TestContext.Current.CancellationToken).AsTask().DefaultTimeout();
            Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
            var nonsense = new byte[1 + i * 100];
            new Random(i).NextBytes(nonsense);
            await stream.WriteAsync(nonsense, TestContext.Current.CancellationToken);
        }

        using var log = await _client.GetAsync(_address + "/api/v1/namespaces/default/pods/web/log", TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.Equal(200, (int)log.StatusCode);
        Assert.True(_cluster.Pods.Find(new("default", "web"))!.Containers["web"].IsRunning);
    }

    [Fact]
    public async Task Requests_CutOffInTheMiddle_AreForgotten()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var stream = await ConnectAsync();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {new Uri(_address).AbsolutePath}/api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n{(i % 2 == 0 ? "\r\n{\"metadata\"" : "")}"), TestContext.Current.CancellationToken);
        }

        using var response = await _client.GetAsync(_address + "/api/v1/namespaces/default", TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.Equal(200, (int)response.StatusCode);
    }

    private async Task<string> ReadFirstAsync(CountdownEvent opened)
    {
        using var response = await _client.GetAsync(_address + "/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Dseen", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        opened.Signal();
        return await lines.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
    }

    private async Task CreateAsync(string name, string text, CancellationToken cancellationToken)
    {
        using var content = new StringContent("{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"k\":\"" + text + "\"}}", Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(_address + "/api/v1/namespaces/default/configmaps", content, cancellationToken).DefaultTimeout();
        Assert.Equal(201, (int)response.StatusCode);
    }

    private async Task<SslStream> ConnectAsync()
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", _server.Address.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(tcp.GetStream(), false);
        var authority = Regex.Match(_cluster.Kubeconfig, "certificate-authority-data: (.*)").Groups[1].Value.Trim();
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(authority)));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = trust }, TestContext.Current.CancellationToken);
        return stream;
    }
}
