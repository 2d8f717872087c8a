using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>istioctl as a shell runs it: the launcher, kubectl beside it, files, answers and other people's tokens.</summary>
[Collection(SandboxCollection.Name)]
public sealed class LauncherTests(SandboxFixture sandbox)
{
    private static readonly string s_charts = Path.Combine(AppContext.BaseDirectory, "TestAssets", "istio-charts");

    [Fact]
    public async Task Install_AsksFirst_AndTakesFilesAndInput()
    {
        var (_, shell) = sandbox.NewCluster();

        var refused = await shell.RunAsync("echo n | istioctl install --set profile=minimal");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("This will install the Istio 1.30.3 profile \"minimal\" into the cluster. Proceed? (y/N) ", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Cancelled.", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("istio-system", (await shell.RunAsync("kubectl get ns -o name")).Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(shell.Home, "op.yaml"), "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  profile: minimal\n  meshConfig:\n    accessLogFile: /dev/stdout\n");
        var installed = (await shell.RunAsync("echo y | istioctl install -f $HOME/op.yaml")).Text;
        Assert.Contains("✔ Istiod installed 🧠\n✔ Installation complete\n", installed, StringComparison.Ordinal);
        // What stood before the question is not said again after it.
        Assert.Equal(2, installed.Split("\\__       _____/").Length);
        Assert.Contains("accessLogFile: /dev/stdout", (await shell.RunAsync("kubectl get cm istio -n istio-system -o yaml")).Text, StringComparison.Ordinal);

        Assert.Equal("validation succeed\n", (await shell.RunAsync("printf 'apiVersion: networking.istio.io/v1\\nkind: Gateway\\nmetadata: {name: g}\\nspec: {servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [\"*\"]}]}' | istioctl validate -f -")).Text);
    }

    [Fact]
    public async Task Revisions_ComeSideBySide_AndGoOneByOne()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("istioctl install --set profile=default -y");
        Assert.Contains("✔ Istiod installed", (await shell.RunAsync("istioctl install --set profile=minimal --revision canary -y")).Text, StringComparison.Ordinal);

        Assert.Equal("istio-ingressgateway istiod istiod-canary ", (await shell.RunAsync("kubectl get deploy -n istio-system -o jsonpath='{range .items[*]}{.metadata.name} {end}'")).Text);
        Assert.Contains("Revision tag \"prod\" created", (await shell.RunAsync("istioctl tag set prod --revision canary")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl create ns app && kubectl label ns app istio.io/rev=prod && kubectl create deployment web --image=nginx -n app && kubectl rollout status deploy/web -n app --timeout=30s");
        Assert.Contains("istiod-canary-", (await shell.RunAsync("istioctl ps -n app")).Text, StringComparison.Ordinal);

        var stays = await shell.RunAsync("istioctl tag remove prod </dev/null");
        Assert.Contains("Caution, found 1 namespace(s) still injected by tag \"prod\": app\nProceed with operation? [y/N]", stays.Text, StringComparison.Ordinal);
        Assert.Contains("Aborting operation.", stays.Text, StringComparison.Ordinal);

        // A smaller profile takes away what the larger one had.
        Assert.Contains("Removed apps/v1, Kind=Deployment/istio-ingressgateway.istio-system.", (await shell.RunAsync("istioctl install --set profile=minimal -y")).Text, StringComparison.Ordinal);

        Assert.Contains("✔ Uninstall complete", (await shell.RunAsync("istioctl tag set default --revision canary --overwrite && istioctl uninstall --revision default -y")).Text, StringComparison.Ordinal);
        Assert.Equal("istiod-canary ", (await shell.RunAsync("kubectl get deploy -n istio-system -o jsonpath='{range .items[*]}{.metadata.name} {end}'")).Text);
        Assert.Contains("virtualservices", (await shell.RunAsync("kubectl get crd -o name")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl label ns app istio.io/rev- istio-injection=enabled && kubectl rollout restart deploy/web -n app && kubectl rollout status deploy/web -n app --timeout=30s");
        Assert.Contains("canary", (await shell.RunAsync("kubectl get pods -n app --field-selector=status.phase=Running -o jsonpath='{.items[*].metadata.annotations.istio\\.io/rev}'")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManifestGenerate_AppliedWithKubectl_GivesAMesh()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create ns istio-system && istioctl manifest generate --set profile=demo | kubectl apply -f - && kubectl wait --for=condition=ready pod --all -n istio-system --timeout=30s");

        Assert.Contains("data plane version: 1.30.3 (2 proxies)", (await shell.RunAsync("istioctl version")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl label ns default istio-injection=enabled && kubectl create deployment web --image=nginx && kubectl rollout status deploy/web --timeout=30s");
        Assert.Contains("2/2", (await shell.RunAsync("kubectl get pods --no-headers")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnothersChart_InjectsRoutesAndIsSeen_UntilItIsRemoved()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create ns istio-system && kubectl create ns shop && kubectl label ns shop istio-injection=enabled && istioctl manifest generate --component Base | kubectl apply -f -");
        await shell.RunAsync($"kubectl apply -f {s_charts}/istiod.yaml && kubectl rollout status deploy/istiod -n istio-system --timeout=30s && kubectl apply -f {s_charts}/gateway.yaml && kubectl rollout status deploy/edge deploy/web -n shop --timeout=30s");

        Assert.Equal("client version: 1.30.3\ncontrol plane version: 1.29.2\ndata plane version: 1.30.3 (2 proxies)\n", (await shell.RunAsync("istioctl version")).Text);
        Assert.Contains("4 (CDS,LDS,EDS,RDS)", await EventuallyAsync(shell, "istioctl ps -n shop", t => t.Contains("edge-", StringComparison.Ordinal)), StringComparison.Ordinal);
        const string Ask = "kubectl exec deploy/web -n shop -c web -- curl -si http://edge.shop/status/200";
        Assert.Contains("x-chart: yes", await EventuallyAsync(shell, Ask, t => t.Contains("200 OK", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);

        // Of the chart's objects only those with the installer's labels are istioctl's to remove.
        var purged = (await shell.RunAsync("istioctl uninstall --purge -y")).Text;
        Assert.Contains("Removed admissionregistration.k8s.io/v1, Kind=MutatingWebhookConfiguration/my-injector..", purged, StringComparison.Ordinal);
        Assert.DoesNotContain("Deployment/istiod", purged, StringComparison.Ordinal);
        await shell.RunAsync("kubectl rollout restart deploy/web -n shop && kubectl rollout status deploy/web -n shop --timeout=30s");
        Assert.Contains("1/1", (await shell.RunAsync("kubectl get pods -n shop -l app=web --no-headers --field-selector=status.phase=Running")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl delete deploy istiod -n istio-system && kubectl wait --for=delete pod -l app=istiod -n istio-system --timeout=30s");
        Assert.Contains("Istio is not present in the cluster", (await shell.RunAsync("istioctl version")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version", "pods is forbidden: User \"system:serviceaccount:default:visitor\" cannot list resource \"pods\" in API group \"\" in the namespace \"istio-system\"")]
    [InlineData("install -y", "namespaces is forbidden: User \"system:serviceaccount:default:visitor\" cannot create resource \"namespaces\" in API group \"\" at the cluster scope")]
    [InlineData("uninstall --purge -y", "namespaces is forbidden: User \"system:serviceaccount:default:visitor\" cannot create resource \"namespaces\" in API group \"\" at the cluster scope")]
    [InlineData("tag list", "mutatingwebhookconfigurations.admissionregistration.k8s.io is forbidden: User \"system:serviceaccount:default:visitor\" cannot list resource \"mutatingwebhookconfigurations\" in API group \"admissionregistration.k8s.io\" at the cluster scope")]
    [InlineData("proxy-config clusters x.default", "pods is forbidden: User \"system:serviceaccount:default:visitor\" cannot create resource \"pods/portforward\" in API group \"\" at the cluster scope")]
    public async Task Command_WithTheTokenOfAServiceAccount_IsForbidden(string command, string reason)
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create serviceaccount visitor && kubectl config set-credentials $(kubectl config view -o jsonpath='{.users[0].name}') --token=$(kubectl create token visitor)");

        var result = await shell.RunAsync("istioctl " + command);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"Error: {reason}\n", result.Error);
    }

    [Fact]
    public async Task Command_WithTheTokenOfAnAdministratorsServiceAccount_Works()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create serviceaccount deployer && kubectl create clusterrolebinding deployer --clusterrole=cluster-admin --serviceaccount=default:deployer && kubectl config set-credentials $(kubectl config view -o jsonpath='{.users[0].name}') --token=$(kubectl create token deployer)");

        Assert.Contains("✔ Installation complete", (await shell.RunAsync("istioctl install --set profile=minimal -y")).Text, StringComparison.Ordinal);
    }

    private static async Task<string> EventuallyAsync(ToolShell shell, string script, Func<string, bool> done)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (true)
        {
            var result = await shell.RunAsync(script);
            if (result.ExitCode == 0 && done(result.Output)) return result.Output;
            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
