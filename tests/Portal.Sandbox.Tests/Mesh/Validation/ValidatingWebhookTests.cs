using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh.Validation;

/// <summary>Istio's validating webhook as kubectl meets it: its words, its warnings, and when it is not there.</summary>
[Collection(SandboxCollection.Name)]
public sealed class ValidatingWebhookTests(SandboxFixture sandbox)
{
    private const string Denied = "Error from server: error when creating \"object.yaml\": admission webhook \"validation.istio.io\" denied the request: configuration is invalid: ";
    private const string Wrong = "kind: VirtualService\nmetadata: {name: wrong}\nspec: {hosts: [web], http: [{match: [{uri: {prefix: /}}]}]}";

    private async Task<ToolShell> IstioAsync()
    {
        var (cluster, shell) = sandbox.NewCluster();
        await cluster.InstallIstioAsync("minimal", TestContext.Current.CancellationToken).DefaultTimeout();
        return shell;
    }

    private static async Task<ToolResult> CreateAsync(ToolShell shell, string document, string group = "networking.istio.io/v1")
    {
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "object.yaml"), $"apiVersion: {group}\n{document}\n", TestContext.Current.CancellationToken);
        return await shell.RunAsync("cd $HOME; kubectl create -f object.yaml");
    }

    [Fact]
    public async Task Create_OfWhatIsRefused_PrintsTheWebhooksWords()
    {
        var shell = await IstioAsync();

        var one = await CreateAsync(shell, Wrong);
        var two = await CreateAsync(shell, "kind: DestinationRule\nmetadata: {name: wrong}\nspec: {host: '', trafficPolicy: {}}");
        var schema = await CreateAsync(shell, "kind: PeerAuthentication\nmetadata: {name: wrong}\nspec: {mtls: {mode: RELAXED}}", "security.istio.io/v1");

        Assert.Equal(Denied + "HTTP route, redirect or direct_response is required\n", one.Error);
        Assert.Equal(Denied + "2 errors occurred:\n\t* empty domain name not allowed\n\t* traffic policy must have at least one field\n\n", two.Error);
        Assert.Equal("The PeerAuthentication \"wrong\" is invalid: spec.mtls.mode: Unsupported value: \"RELAXED\": supported values: \"UNSET\", \"DISABLE\", \"PERMISSIVE\", \"STRICT\"\n", schema.Error);
        Assert.Equal(1, one.ExitCode);
    }

    [Fact]
    public async Task Create_OfWhatIsAcceptedWithAWarning_PrintsTheWarning()
    {
        var shell = await IstioAsync();

        var result = await CreateAsync(shell, "kind: VirtualService\nmetadata: {name: late}\nspec: {hosts: [web], http: [{route: [{destination: {host: web}}]}, {name: late, match: [{uri: {prefix: /a}}], route: [{destination: {host: web}}]}]}");

        Assert.Equal("Warning: virtualService rule \"late\" not used (route without matches defined before)\n", result.Error);
        Assert.Equal("virtualservice.networking.istio.io/late created\n", result.Text);
    }

    [Fact]
    public async Task Update_OfWhatWasRight_IsJudgedToo()
    {
        var shell = await IstioAsync();
        await CreateAsync(shell, "kind: Gateway\nmetadata: {name: edge}\nspec: {servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}");

        var result = await shell.RunAsync("kubectl patch gateways.networking.istio.io edge --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/servers/0/port/number\",\"value\":0}]'");

        Assert.Contains("admission webhook \"validation.istio.io\" denied the request: configuration is invalid: port number 0 must be in the range 1..65535", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OfARevisionsObject_IsJudgedByThatRevision()
    {
        var shell = await IstioAsync();

        var own = await CreateAsync(shell, Wrong.Replace("name: wrong", "name: wrong, labels: {istio.io/rev: default}", StringComparison.Ordinal));
        var other = await CreateAsync(shell, Wrong.Replace("name: wrong", "name: wrong, labels: {istio.io/rev: canary}", StringComparison.Ordinal));

        Assert.Contains("admission webhook \"rev.validation.istio.io\" denied the request", own.Error, StringComparison.Ordinal);
        Assert.Equal("virtualservice.networking.istio.io/wrong created\n", other.Text);
    }

    [Fact]
    public async Task Create_WhileIstiodDoesNotAnswer_FollowsTheFailurePolicy()
    {
        var shell = await IstioAsync();
        await shell.RunAsync("kubectl scale deployment/istiod -n istio-system --replicas=0; kubectl wait --for=delete pod -l app=istiod -n istio-system --timeout=20s");

        var strict = await CreateAsync(shell, Wrong);
        await shell.RunAsync("kubectl patch validatingwebhookconfiguration istiod-default-validator --type=json -p '[{\"op\":\"replace\",\"path\":\"/webhooks/0/failurePolicy\",\"value\":\"Ignore\"}]'");
        var lenient = await CreateAsync(shell, Wrong);

        Assert.Equal("Error from server (InternalError): error when creating \"object.yaml\": Internal error occurred: failed calling webhook \"validation.istio.io\": failed to call webhook: Post \"https://istiod.istio-system.svc:443/validate?timeout=10s\": no endpoints available for service \"istiod\"\n", strict.Error);
        Assert.Equal("virtualservice.networking.istio.io/wrong created\n", lenient.Text);
    }

    [Fact]
    public async Task Create_WithoutTheRegistration_AsksNobody()
    {
        var shell = await IstioAsync();
        await shell.RunAsync("kubectl delete validatingwebhookconfiguration --all");

        Assert.Equal("virtualservice.networking.istio.io/wrong created\n", (await CreateAsync(shell, Wrong)).Text);
    }
}
