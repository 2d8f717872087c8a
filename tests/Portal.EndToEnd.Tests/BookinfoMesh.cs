using System.Diagnostics;
using System.Text.RegularExpressions;
using Portal.Sandbox;
using Portal.Testing;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>A sandbox cluster with Istio, Bookinfo and the add-ons, installed and reached with kubectl as a learner does.</summary>
public sealed partial class BookinfoMesh : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("portal-mesh-").FullName;
    private readonly List<Process> _forwards = [];
    private readonly Dictionary<string, string> _addresses = [];
    private readonly HttpClient _http = new();
    private SandboxServer _server = null!;

    /// <summary>Where the forwarded port of a service of istio-system is.</summary>
    public string this[string service] => _addresses[service];

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        var cluster = _server.GetOrCreate("pages");
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_home, "kubeconfig"), cluster.Kubeconfig);
        SandboxTools.WriteDistribution(_home);
        await KubectlAsync("""
            set -e
            cd istio-*/samples
            kubectl create namespace bookinfo
            kubectl label namespace bookinfo istio-injection=enabled
            kubectl apply -n bookinfo -f bookinfo/platform/kube/bookinfo.yaml -f bookinfo/networking/bookinfo-gateway.yaml
            kubectl apply -f addons/prometheus.yaml -f addons/kiali.yaml -f addons/jaeger.yaml -f addons/grafana.yaml
            kubectl apply -f - <<Y
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: mesh-default, namespace: istio-system}
            spec: {tracing: [{providers: [{name: jaeger}], randomSamplingPercentage: 100}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: bookinfo}
            spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}, {name: v3, labels: {version: v3}}]}
            Y
            kubectl wait -n bookinfo --for=condition=Available deployment --all --timeout=60s
            kubectl wait -n istio-system --for=condition=Available deployment --all --timeout=60s
            """);
        foreach (var (service, port) in new[] { ("istio-ingressgateway", 80), ("prometheus", 9090), ("kiali", 20001), ("tracing", 80), ("grafana", 3000) }) _addresses[service] = await ForwardAsync(service, port);
    }

    public async Task KubectlAsync(string script)
    {
        using var process = Start(script);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        Assert.True(process.ExitCode == 0, await output + await error);
    }

    /// <summary>Visits the product page as browsers would.</summary>
    public async Task VisitAsync(int times)
    {
        for (var i = 0; i < times; i++) (await _http.GetAsync(this["istio-ingressgateway"] + "/productpage")).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var forward in _forwards)
        {
            forward.Kill(entireProcessTree: true);
            forward.Dispose();
        }
        await _server.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private async Task<string> ForwardAsync(string service, int port)
    {
        var process = Start($"exec kubectl port-forward -n istio-system svc/{service} :{port}");
        _forwards.Add(process);
        while (await process.StandardOutput.ReadLineAsync().DefaultTimeout() is { } line)
            if (ForwardedPattern().Match(line) is { Success: true } found) return "http://" + found.Groups[1].Value;
        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    private Process Start(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _home };
        start.Environment["KUBECONFIG"] = Path.Combine(_home, "kubeconfig");
        start.Environment["HOME"] = _home;
        start.Environment["PATH"] = $"{Repository.PathOf("artifacts", "tools")}:{Environment.GetEnvironmentVariable("PATH")}";
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"Forwarding from (127\.0\.0\.1:\d+)")]
    private static partial Regex ForwardedPattern();
}
