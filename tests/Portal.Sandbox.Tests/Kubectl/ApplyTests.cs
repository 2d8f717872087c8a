using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Field ownership as kubectl and helm meet it.</summary>
[Collection(SandboxCollection.Name)]
public sealed class ApplyTests(SandboxFixture sandbox)
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: nginx}]}
        """;

    [Fact]
    public async Task ServerSideApply_AfterAScale_ConflictsUntilForced()
    {
        var (_, shell) = sandbox.NewCluster();
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "web.yaml"), Deployment, TestContext.Current.CancellationToken);
        var apply = $"kubectl apply --server-side -f {shell.Home}/web.yaml";

        Assert.Equal("deployment.apps/web serverside-applied\n", (await shell.RunAsync(apply)).Text);
        await shell.RunAsync("kubectl scale deployment web --replicas=2");
        var refused = await shell.RunAsync(apply);

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("error: Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas\n", refused.Error, StringComparison.Ordinal);
        Assert.Equal("deployment.apps/web serverside-applied\n", (await shell.RunAsync(apply + " --force-conflicts")).Text);
        Assert.Equal("1", (await shell.RunAsync("kubectl get deployment web -o jsonpath={.spec.replicas}")).Text);
        Assert.Equal("kubectl Apply", (await shell.RunAsync("kubectl get deployment web --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation}{end}'")).Text);
        Assert.DoesNotContain("managedFields", (await shell.RunAsync("kubectl get deployment web -o yaml")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerSideApply_AfterClientSideApply_TakesItsFieldsOver()
    {
        var (_, shell) = sandbox.NewCluster();
        var file = Path.Combine(shell.Home, "web.yaml");
        await File.WriteAllTextAsync(file, Deployment, TestContext.Current.CancellationToken);
        await shell.RunAsync($"kubectl apply -f {file}");
        await File.WriteAllTextAsync(file, Deployment.Replace("replicas: 1", "replicas: 2", StringComparison.Ordinal).Replace("{name: web, labels: {app: web}}", "{name: web}", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Equal("deployment.apps/web serverside-applied\n", (await shell.RunAsync($"kubectl apply --server-side -f {file}")).Text);

        Assert.Equal("2 ", (await shell.RunAsync("kubectl get deployment web -o jsonpath='{.spec.replicas} {.metadata.labels.app}'")).Text);
        // In the order of their times, which may be of one second or two.
        var managers = (await shell.RunAsync("kubectl get deployment web --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation},{end}'")).Text;
        Assert.Equal(["kubectl Apply", "kubectl-last-applied Apply"], managers.TrimEnd(',').Split(',').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Create_OfADeployment_OwnsItsDefaultsAsUpstream()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create deployment web --image=nginx");

        var fields = (await shell.RunAsync("kubectl get deployment web --show-managed-fields -o jsonpath='{.metadata.managedFields[0].manager} {.metadata.managedFields[0].fieldsV1}'")).Text;

        Assert.Equal("""kubectl-create {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}""", fields);
    }

    [Fact]
    public async Task Helm_InstallUpgradeRollbackUninstall_FollowsTheChart()
    {
        var (_, shell) = sandbox.NewCluster();
        Assert.SkipUnless(File.Exists(Repository.PathOf("artifacts", "tools", "helm")), "helm is not installed");
        var templates = Directory.CreateDirectory(Path.Combine(shell.Home, "chart", "templates"));
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "chart", "Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "chart", "values.yaml"), "replicas: 1\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(templates.FullName, "web.yaml"), Deployment.Replace("replicas: 1", "replicas: {{ .Values.replicas }}", StringComparison.Ordinal) + """

            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            """, TestContext.Current.CancellationToken);
        const string Ready = "kubectl get deployment web -o jsonpath={.status.readyReplicas}";

        Assert.Contains("STATUS: deployed", (await shell.RunAsync($"helm install r {shell.Home}/chart --wait --timeout 30s")).Text, StringComparison.Ordinal);
        Assert.Equal("1", (await shell.RunAsync(Ready)).Text);
        Assert.Contains("REVISION: 2", (await shell.RunAsync($"helm upgrade r {shell.Home}/chart --set replicas=3 --wait --timeout 30s")).Text, StringComparison.Ordinal);
        Assert.Equal("3", (await shell.RunAsync(Ready)).Text);
        Assert.Contains("Rollback was a success", (await shell.RunAsync("helm rollback r 1 --wait --timeout 30s")).Text, StringComparison.Ordinal);
        Assert.Equal("1", (await shell.RunAsync("kubectl get deployment web -o jsonpath={.spec.replicas}")).Text);
        Assert.Contains("deployed", (await shell.RunAsync("helm list --no-headers")).Text, StringComparison.Ordinal);
        Assert.Contains("uninstalled", (await shell.RunAsync("helm uninstall r --wait --timeout 30s")).Text, StringComparison.Ordinal);
        Assert.Equal("", (await shell.RunAsync("kubectl get deployment,service -l app=web -o name && kubectl get deployments -o name")).Text);
    }
}
