using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Tests.Mesh;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>Images that samples and documentation use, asked on their ports.</summary>
public sealed class SampleImageTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    [Theory]
    [InlineData("docker.io/istio/examples-helloworld-v1:1.0", "", 5000, "/hello", 200, "Hello version: v1, instance: web\n")]
    [InlineData("docker.io/istio/examples-helloworld-v2:1.0", "", 5000, "/hello", 200, "Hello version: v2, instance: web\n")]
    [InlineData("hashicorp/http-echo:1.0", "args: [\"-text=hi there\", -listen=:8080]", 8080, "/any", 200, "hi there\n")]
    [InlineData("hashicorp/http-echo", "env: [{name: ECHO_TEXT, value: env}]", 5678, "/", 200, "env\n")]
    [InlineData("traefik/whoami:v1.11", "", 80, "/path?q=1", 200, "GET /path?q=1 HTTP/1.1\nHost: web\n")]
    [InlineData("traefik/whoami", "args: [--port, \"8080\"]", 8080, "/api", 200, "\"hostname\":\"web\"")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.53", "args: [netexec, --http-port=9000]", 9000, "/hostname", 200, "web")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.53", "args: [netexec]", 8080, "/echo?msg=hello&code=503", 503, "hello")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.53", "args: [serve-hostname]", 9376, "/", 200, "web")]
    [InlineData("docker.io/istio/examples-bookinfo-ratings-v-faulty:1.20.3", "", 9080, "/health", 200, "Ratings is healthy")]
    [InlineData("docker.io/istio/examples-bookinfo-ratings-v2:1.20.3", "env: [{name: MONGO_DB_URL, value: \"mongodb://nowhere:27017/test\"}]", 9080, "/ratings/0", 500, "could not connect to ratings database")]
    public async Task Image_Asked_Answers(string image, string more, int port, string path, int status, string text)
    {
        var pod = Pod(image, more);
        var container = pod.Containers["c"];
        Assert.True(container.Program.Listens(container, port));

        var reply = await container.Program.HandleAsync(container, port, HttpCall.Get("web", path), TestContext.Current.CancellationToken).AsTask().DefaultTimeout();

        Assert.Equal(status, reply.Status);
        Assert.Contains(text, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nicolaka/netshoot:v0.13")]
    [InlineData("curlimages/curl")]
    [InlineData("docker.io/istio/examples-bookinfo-mongodb:1.20.3")]
    public void Image_Known_CanBePulled(string image) => Assert.True(ProgramCatalog.Knows(image));

    [Theory]
    [InlineData("mongodb", 27017, "env: [{name: MONGO_DB_URL, value: \"mongodb://mongodb:27017/test\"}]")]
    [InlineData("mysqldb", 3306, "env: [{name: DB_TYPE, value: mysql}, {name: MYSQL_DB_HOST, value: mysqldb}, {name: MYSQL_DB_PORT, value: \"3306\"}]")]
    public async Task RatingsV2_WithItsDatabase_AnswersAndCountsTcp(string database, int port, string environment)
    {
        mesh.Reset();
        mesh.Apply(YamlReader.ReadAll($$"""
            apiVersion: v1
            kind: Service
            metadata: {name: {{database}}}
            spec: {selector: {app: {{database}} }, ports: [{name: {{(port == 3306 ? "tcp" : "mongo")}}, port: {{port}} }]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: {{database}}, labels: {app: {{database}} } }
            spec: {containers: [{name: c, image: "docker.io/istio/examples-bookinfo-{{database}}:1.20.3"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: ratings-v2, labels: {app: ratings2} }
            spec: {containers: [{name: c, image: "docker.io/istio/examples-bookinfo-ratings-v2:1.20.3", {{environment}} }]}
            """).Cast<JsonObject>());
        await Eventually.True(() => mesh.TryPod("ratings-v2") is { } p && p.Containers["c"].IsRunning && mesh.TryPod(database) is { } d && d.Containers["c"].IsRunning);
        await mesh.SettledAsync();
        var container = mesh.Pod("ratings-v2").Containers["c"];

        var reply = await container.Program.HandleAsync(container, 9080, HttpCall.Get("ratings", "/ratings/7"), TestContext.Current.CancellationToken).AsTask().DefaultTimeout();

        Assert.Equal("{\"id\":7,\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}", reply.Text);
        var opened = mesh.Pod("ratings-v2").Metrics.Series(target: false, "istio_tcp_connections_opened_total").Single();
        Assert.Equal(database, opened.Labels["destination_workload"]);
    }

    private PodInstance Pod(string image, string more) => new(mesh.Pod("client").Cluster, (JsonObject)YamlReader.ReadAll($$"""
        metadata: {name: web, namespace: outside, uid: u}
        spec: {containers: [{name: c, image: "{{image}}", {{more}} }]}
        """).First(), "10.244.0.99");
}
