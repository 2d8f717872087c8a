using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Subresources that are written on their own.</summary>
[Collection(SandboxCollection.Name)]
public sealed class SubresourceTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task BindingResizeAndApproval_ChangeWhatTheyAreFor()
    {
        var (_, shell) = sandbox.NewCluster();

        var result = await shell.RunAsync("""
            echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"schedulerName":"mine","containers":[{"name":"c","image":"nginx","resources":{"requests":{"cpu":"100m"}}}]}}' | kubectl apply -f -
            echo '{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"apiVersion":"v1","kind":"Node","name":"sandbox-worker"}}' > $HOME/binding.json
            kubectl create --raw /api/v1/namespaces/default/pods/p/binding -f $HOME/binding.json > /dev/null && kubectl wait --for=condition=ready pod/p --timeout=20s
            kubectl create --raw /api/v1/namespaces/default/bindings -f $HOME/binding.json
            kubectl get pod p -o jsonpath='{.spec.nodeName}{"\n"}'
            kubectl patch pod p --subresource resize -p '{"spec":{"containers":[{"name":"c","image":"other","resources":{"requests":{"cpu":"200m"}}}]}}'
            kubectl get pod p -o jsonpath='{.spec.containers[0].image} {.spec.containers[0].resources.requests.cpu}{"\n"}'
            echo '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"me"},"spec":{"request":"TFMwdExTMUNSVWRKVGc9PQ==","signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"],"username":"somebody"}}' | kubectl create -f -
            kubectl certificate approve me
            kubectl get csr me --no-headers | awk '{print $4, $6}'
            """);

        Assert.Equal("""
            pod/p created
            pod/p condition met
            sandbox-worker
            pod/p patched
            nginx 200m
            certificatesigningrequest.certificates.k8s.io/me created
            certificatesigningrequest.certificates.k8s.io/me approved
            kubernetes-admin Approved

            """, result.Output, ignoreLineEndingDifferences: true);
        Assert.Equal("Error from server (Conflict): Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"sandbox-worker\"\n", result.Error);
    }
}
