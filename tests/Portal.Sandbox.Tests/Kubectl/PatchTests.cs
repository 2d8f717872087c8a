using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Patches that cannot be, in the words of kube-apiserver (seen with kubectl 1.34 on version 1.20).</summary>
[Collection(SandboxCollection.Name)]
public sealed class PatchTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task Patch_ThatDoesNotFit_IsRefusedAsUpstream()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create deployment shop --image=nginx; kubectl create configmap settings --from-literal=a=b");

        var result = await shell.RunAsync("""
            kubectl patch deploy shop -p '{"spec":{"replicas":"two"}}'
            kubectl patch deploy shop -p '{"spec":{"template":"two"}}'
            kubectl patch deploy shop -p '{"spec":{"template":{"spec":{"nodeSelector":["a"]}}}}'
            kubectl patch cm settings --type=merge -p '{"metadata":{"uid":"other"}}'
            kubectl patch cm settings --type=merge -p '{"metadata":{"resourceVersion":"1"}}'
            kubectl patch cm settings --type=json -p '[{"op":"test","path":"/data/a","value":"x"}]'
            """);

        Assert.Equal("""
            The request is invalid: patch: Invalid value: "map[spec:map[replicas:two]]": unrecognized type: int32
            The request is invalid: patch: Invalid value: "map[spec:map[template:two]]": cannot restore struct from: string
            The request is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[nodeSelector:[a]]]]]": cannot restore map from slice
            The ConfigMap "settings" is invalid: metadata.uid: Invalid value: "other": field is immutable
            Error from server (Conflict): Operation cannot be fulfilled on configmaps "settings": the object has been modified; please apply your changes to the latest version and try again
            The request is invalid: the server rejected our request due to an error in our request

            """, result.Error, ignoreLineEndingDifferences: true);
    }
}
