using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>What kubectl reads from the OpenAPI documents.</summary>
[Collection(SandboxCollection.Name)]
public sealed class OpenApiTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task Explain_BuiltInKind_HasDescriptionsTypesAndEnumerations()
    {
        var (_, shell) = sandbox.NewCluster();

        var spec = (await shell.RunAsync("kubectl explain pod.spec")).Text;
        Assert.Contains("  containers\t<[]Container> -required-\n    List of containers belonging to the pod.", spec, StringComparison.Ordinal);
        Assert.Contains("  nodeSelector\t<map[string]string>\n", spec, StringComparison.Ordinal);
        Assert.Contains("ENUM:\n    Always\n    Never\n    OnFailure\n", (await shell.RunAsync("kubectl explain pod.spec.restartPolicy")).Text, StringComparison.Ordinal);
        Assert.Contains("FIELD: port <IntOrString>", (await shell.RunAsync("kubectl explain pod.spec.containers.livenessProbe.httpGet.port")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_OfOpenApiV2_ReadsTheProtobufDocument()
    {
        var (_, shell) = sandbox.NewCluster();

        var text = (await shell.RunAsync("kubectl explain deployment.spec.replicas --output plaintext-openapiv2")).Text;

        Assert.Contains("FIELD:    replicas <integer>", text, StringComparison.Ordinal);
        Assert.Contains("Number of desired pods.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_KindWithoutDefinition_SaysSo()
    {
        var (_, shell) = sandbox.NewCluster();

        var result = await shell.RunAsync("printf 'apiVersion: example.com/v1\nkind: Gizmo\nmetadata: {name: x}\n' | kubectl apply -f -");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("error: resource mapping not found for name: \"x\" namespace: \"\" from \"STDIN\": no matches for kind \"Gizmo\" in version \"example.com/v1\"\nensure CRDs are installed first\n", result.Error);
    }
}
