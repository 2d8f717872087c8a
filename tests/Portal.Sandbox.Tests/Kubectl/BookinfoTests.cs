using System.Text.RegularExpressions;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>A mesh installed, an application deployed and its traffic routed by the tools that a learner uses.</summary>
[Collection(SandboxCollection.Name)]
public sealed partial class BookinfoTests(SandboxFixture sandbox)
{
    private const string Samples = "istio-1.30.3/samples/bookinfo";

    [Fact]
    public async Task Routing_ByWeightAndHeader_FollowsTheObjects()
    {
        var (_, shell) = sandbox.NewCluster();
        Assert.Contains("Installation complete", (await shell.RunAsync("istioctl install --set profile=demo -y")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl create namespace bookinfo && kubectl label namespace bookinfo istio-injection=enabled");
        await shell.RunAsync($"kubectl apply -n bookinfo -f {Samples}/platform/kube/bookinfo.yaml -f {Samples}/networking/bookinfo-gateway.yaml");
        await shell.RunAsync("kubectl wait --for=condition=available deployment --all -n bookinfo --timeout=30s");

        Assert.Equal(6, (await shell.RunAsync("kubectl get pods -n bookinfo --no-headers")).Text.Split('\n').Count(l => l.Contains("2/2", StringComparison.Ordinal) && l.Contains("Running", StringComparison.Ordinal)));

        using var forward = shell.Start("exec kubectl port-forward -n istio-system svc/istio-ingressgateway :80");
        try
        {
            var port = PortPattern().Match((await forward.StandardOutput.ReadLineAsync().DefaultTimeout())!).Groups[1].Value;
            await UntilAsync(shell, $"curl -sf http://localhost:{port}/productpage", _ => true);
            Assert.Contains("server: istio-envoy", (await shell.RunAsync($"curl -si http://localhost:{port}/productpage")).Text, StringComparison.OrdinalIgnoreCase);

            await shell.RunAsync("kubectl apply -n bookinfo -f - <<'E'\n" + Subsets + "---\n" + Route("{destination: {host: reviews, subset: v1}}") + "E");
            await UntilAsync(shell, Ask(port, 20), r => r.TrimEnd() == "20 reviews-v1");

            await shell.RunAsync("kubectl apply -n bookinfo -f - <<'E'\n" + Route("{destination: {host: reviews, subset: v2}, weight: 50}, {destination: {host: reviews, subset: v3}, weight: 50}") + "E");
            await UntilAsync(shell, Ask(port, 20), r => !r.Contains("v1", StringComparison.Ordinal));
            var counts = (await shell.RunAsync(Ask(port, 200))).Text;
            // 200 draws at one half: outside 60…140 once in 10^8.
            Assert.InRange(Count(counts, "reviews-v2"), 60, 140);
            Assert.Equal(200, Count(counts, "reviews-v2") + Count(counts, "reviews-v3"));

            await shell.RunAsync("kubectl apply -n bookinfo -f - <<'E'\n" + HeaderRoute + "E");
            await UntilAsync(shell, InMesh("-H 'end-user: jason' "), r => r.Contains("reviews-v2", StringComparison.Ordinal));
            Assert.Contains("reviews-v1", (await shell.RunAsync(InMesh(""))).Text, StringComparison.Ordinal);
            await shell.RunAsync($"curl -s -c {shell.Home}/jar -e http://x/ -d 'username=jason&passwd=x' http://localhost:{port}/login");
            Assert.Contains("reviews-v2", (await shell.RunAsync($"curl -s -b {shell.Home}/jar http://localhost:{port}/productpage")).Text, StringComparison.Ordinal);
            // The page does not hand a visitor's own header on.
            Assert.Contains("reviews-v1", (await shell.RunAsync($"curl -s -H 'end-user: jason' http://localhost:{port}/productpage")).Text, StringComparison.Ordinal);
        }
        finally
        {
            forward.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Injection_WithoutTheLabel_LeavesPodsAlone()
    {
        var (cluster, shell) = sandbox.NewCluster();
        await cluster.InstallIstioAsync("minimal", TestContext.Current.CancellationToken).DefaultTimeout();
        await shell.RunAsync("kubectl create deployment web --image=nginx && kubectl rollout status deploy/web --timeout=30s");

        Assert.Contains("1/1", (await shell.RunAsync("kubectl get pods --no-headers")).Text, StringComparison.Ordinal);

        await shell.RunAsync("kubectl label namespace default istio-injection=enabled && kubectl rollout restart deploy/web && kubectl rollout status deploy/web --timeout=30s");

        var pods = await shell.RunAsync("kubectl get pods --no-headers --field-selector=status.phase=Running");
        Assert.Contains("2/2", pods.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uninstall_Purge_RemovesTheMesh()
    {
        var (cluster, shell) = sandbox.NewCluster();
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.Contains("Uninstall complete", (await shell.RunAsync("istioctl uninstall --purge -y")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl delete namespace istio-system --timeout=30s");

        Assert.DoesNotContain("istio", (await shell.RunAsync("kubectl get crd -o name; kubectl get ns -o name")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await shell.RunAsync("kubectl get virtualservices")).ExitCode);
    }

    [Fact]
    public async Task UnknownSubcommand_FailsAsUpstream()
    {
        var (_, shell) = sandbox.NewCluster();

        var result = await shell.RunAsync("istioctl authn tls-check");

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("Error: unknown command \"authn\" for \"istioctl\"", result.Error, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(ToolShell shell, string script, Func<string, bool> done)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (true)
        {
            var result = await shell.RunAsync(script);
            if (result.ExitCode == 0 && done(result.Output)) return;
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static string Ask(string port, int times) =>
        $"for i in $(seq {times}); do curl -s http://localhost:{port}/api/v1/products/0/reviews | grep -oE 'reviews-v[123]' | head -1; done | sort | uniq -c | sed 's/^ *//'";

    private static string InMesh(string options) => $"kubectl exec -n bookinfo deploy/ratings-v1 -c ratings -- curl -s {options}http://reviews:9080/reviews/0";

    private static int Count(string text, string pod) => int.Parse(Regex.Match(text, $@"(\d+) {pod}").Groups[1].Value);

    private const string Subsets = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews}
        spec:
          host: reviews
          subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
          - {name: v3, labels: {version: v3}}

        """;

    private static string Route(string destinations) => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - route: [{{destinations}}]

        """;

    private const string HeaderRoute = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - match: [{headers: {end-user: {exact: jason}}}]
            route: [{destination: {host: reviews, subset: v2}}]
          - route: [{destination: {host: reviews, subset: v1}}]

        """;

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex PortPattern();
}
