using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>The .NET client works against the sandbox as against any API server.</summary>
public sealed class KubernetesClientTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Crud_OfAConfigMap_KeepsVersionsAndConflicts()
    {
        using var client = Client();
        var created = await client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new() { Name = "c" }, Data = new Dictionary<string, string> { ["a"] = "1" } }, "default");
        var stale = await client.CoreV1.ReadNamespacedConfigMapAsync("c", "default");

        created.Data["a"] = "2";
        var updated = await client.CoreV1.ReplaceNamespacedConfigMapAsync(created, "c", "default");

        Assert.NotEqual(stale.Metadata.ResourceVersion, updated.Metadata.ResourceVersion);
        var conflict = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReplaceNamespacedConfigMapAsync(stale, "c", "default"));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, conflict.Response.StatusCode);
        await client.CoreV1.DeleteNamespacedConfigMapAsync("c", "default");
        Assert.DoesNotContain((await client.CoreV1.ListNamespacedConfigMapAsync("default")).Items, c => c.Metadata.Name == "c");
    }

    [Fact]
    public async Task Watch_FromAListsVersion_SeesEveryChangeOnce()
    {
        using var client = Client();
        var list = await client.CoreV1.ListNamespacedConfigMapAsync("default");
        using var stop = new CancellationTokenSource(TestTimeouts.Default);
        for (var i = 0; i < 20; i++) await client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new() { Name = $"w{i}", Labels = new Dictionary<string, string> { ["watched"] = "yes" } } }, "default");
        await client.CoreV1.DeleteNamespacedConfigMapAsync("w3", "default");

        var seen = new List<string>();
        await foreach (var (type, item) in client.CoreV1.WatchListNamespacedConfigMapAsync("default", labelSelector: "watched=yes", resourceVersion: list.Metadata.ResourceVersion, cancellationToken: stop.Token))
        {
            seen.Add($"{type} {item.Metadata.Name}");
            if (type == WatchEventType.Deleted) break;
        }

        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"Added w{i}"), "Deleted w3"], seen);
    }

    [Fact]
    public async Task List_WithALimit_PagesThroughEverything()
    {
        using var client = Client();
        for (var i = 0; i < 7; i++) await client.CoreV1.CreateNamespacedConfigMapAsync(new V1ConfigMap { Metadata = new() { Name = $"p{i}", Labels = new Dictionary<string, string> { ["paged"] = "yes" } } }, "default");

        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await client.CoreV1.ListNamespacedConfigMapAsync("default", labelSelector: "paged=yes", limit: 3, continueParameter: token);
            names.AddRange(page.Items.Select(c => c.Metadata.Name));
            token = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(token));

        Assert.Equal(["p0", "p1", "p2", "p3", "p4", "p5", "p6"], names);
    }

    [Fact]
    public async Task Deployment_Deleted_TakesItsReplicaSetsAndPodsAlong()
    {
        using var client = Client();
        await client.AppsV1.CreateNamespacedDeploymentAsync(new V1Deployment
        {
            Metadata = new() { Name = "web" },
            Spec = new()
            {
                Replicas = 2,
                Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
                Template = new() { Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "web" } }, Spec = new() { Containers = [new() { Name = "c", Image = "nginx" }] } },
            },
        }, "default");
        await Eventually.True(() => client.AppsV1.ReadNamespacedDeployment("web", "default").Status.ReadyReplicas == 2);

        await client.AppsV1.DeleteNamespacedDeploymentAsync("web", "default");

        await Eventually.True(() => client.CoreV1.ListNamespacedPod("default").Items.Count == 0 && client.AppsV1.ListNamespacedReplicaSet("default").Items.Count == 0);
    }

    [Fact]
    public async Task UnknownImage_ComesToImagePullErrors()
    {
        using var client = Client();
        await client.CoreV1.CreateNamespacedPodAsync(new V1Pod { Metadata = new() { Name = "p" }, Spec = new() { Containers = [new() { Name = "c", Image = "example.com/nobody/knows:1" }] } }, "default");

        await Eventually.True(() => client.CoreV1.ReadNamespacedPod("p", "default").Status.ContainerStatuses?[0].State?.Waiting?.Reason == "ErrImagePull");

        Assert.Contains((await client.CoreV1.ListNamespacedEventAsync("default")).Items, e => e.Reason == "Failed" && e.InvolvedObject.Name == "p");
    }

    [Fact]
    public async Task Exec_InAPod_GivesOutputAndExitCode()
    {
        using var client = Client();
        await client.CoreV1.CreateNamespacedPodAsync(new V1Pod { Metadata = new() { Name = "shell" }, Spec = new() { Containers = [new() { Name = "c", Image = "busybox", Command = ["sleep", "infinity"] }] } }, "default");
        await Eventually.True(() => client.CoreV1.ReadNamespacedPod("shell", "default").Status.Phase == "Running");

        var output = "";
        var code = await client.NamespacedPodExecAsync("shell", "default", "c", ["sh", "-c", "echo from $HOSTNAME; exit 7"], tty: false, async (_, stdout, _) =>
        {
            using var reader = new StreamReader(stdout, Encoding.UTF8);
            output = await reader.ReadToEndAsync();
        }, TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.Equal("from shell\n", output);
        Assert.Equal(7, code);
    }

    private Kubernetes Client()
    {
        var (cluster, _) = sandbox.NewCluster();
        using var config = new MemoryStream(Encoding.UTF8.GetBytes(cluster.Kubeconfig));
        return new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(config));
    }
}
