using Portal.Sandbox.Tests.Mesh;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>Whatever is typed, istioctl answers: with an exit code, never by breaking.</summary>
public sealed class OddInputTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--")]
    [InlineData("--=")]
    [InlineData("-- version")]
    [InlineData("ps /")]
    [InlineData("ps deploy/")]
    [InlineData("ps . -v 99999999999999999999")]
    [InlineData("pc l svc/ -n bookinfo")]
    [InlineData("pc c a/b/c")]
    [InlineData("pc log -l ,=,")]
    [InlineData("pc log -l a=1,a==2 -n bookinfo")]
    [InlineData("pc log deploy/details-v1.bookinfo --level :,")]
    [InlineData("x describe pod .")]
    [InlineData("x describe svc a.b.c.d")]
    [InlineData("x check-inject -l =,=a,b")]
    [InlineData("x check-inject -l a=1,a=2")]
    [InlineData("tag set Not/A/Name -r default")]
    [InlineData("tag set a -r default --webhook-name UPPER_CASE")]
    [InlineData("tag remove /")]
    [InlineData("install -y --set =")]
    [InlineData("install -y --set a")]
    [InlineData("install -y --set [=1")]
    [InlineData("install -y --set a[0]b[9].c=1 --dry-run")]
    [InlineData("install -y --set a[name:x].b={1,{2}} --dry-run")]
    [InlineData("install -y --set components=1 --dry-run")]
    [InlineData("install -y --set components.ingressGateways[0]=1 --dry-run")]
    [InlineData("install -y --set components.pilot.k8s=1 --set meshConfig={} --set values=x --dry-run")]
    [InlineData("install -y --set revision=UPPER")]
    [InlineData("install -y --set namespace=Not/A/Name")]
    [InlineData("install -y --readiness-timeout 1000000000h --dry-run")]
    [InlineData("uninstall -r / -y")]
    [InlineData("x wait virtualservice . --timeout 0s")]
    [InlineData("manifest generate --set tag=1.30 --set hub=/")]
    public async Task CommandLine_ThatMakesLittleSense_HasAnExitCode(string commandLine)
    {
        var (code, _, _) = await mesh.IstioctlAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.InRange(code, 0, 79);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("a")]
    [InlineData("\t")]
    [InlineData("a: b: c")]
    [InlineData("kind: Deployment\nspec: 5")]
    [InlineData("kind: Deployment\nspec: {template: {metadata: 1, spec: []}}")]
    [InlineData("kind: Pod\nmetadata: 3\nspec: {containers: 7}")]
    [InlineData("kind: Pod\nmetadata: {labels: 1, annotations: []}\nspec: {containers: [1, {name: 5, ports: x}], initContainers: {}, volumes: 4}")]
    [InlineData("kind: List\nitems: [1, {kind: Pod, spec: {}}]")]
    [InlineData("kind: IstioOperator\nspec: 5")]
    [InlineData("kind: IstioOperator\nspec: {components: 5, meshConfig: [1], values: x, profile: [1]}")]
    [InlineData("kind: IstioOperator\nspec: {components: {ingressGateways: [1, {enabled: true, name: 5, label: 3, k8s: {service: 4, podAnnotations: 5}}], pilot: 4, base: x}}")]
    [InlineData("kind: IstioOperator\nspec: {components: {pilot: {k8s: {replicaCount: x, env: [1], resources: 5}}}, tag: {}, hub: [1]}")]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: 1\nspec: [2]")]
    public async Task File_ThatMakesLittleSense_HasAnExitCode(string content)
    {
        var files = new Dictionary<string, string> { ["f"] = content };
        foreach (var command in new[] { "install -f f -y --dry-run", "manifest generate -f f", "uninstall -f f --dry-run", "kube-inject -f f", "validate -f f" })
        {
            var (code, _, _) = await mesh.IstioctlAsync(files, command.Split(' '));
            Assert.InRange(code, 0, 79);
        }
    }
}
