using System.Text;
using Portal.Sandbox.Tests.Api;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Server;

/// <summary>What a cluster may take of the machine, spent through its API.</summary>
public sealed class ClusterBudgetTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private SandboxServer _server = null!;
    private SandboxCluster _cluster = null!;
    private ToolShell _shell = null!;

    public async ValueTask InitializeAsync()
    {
        var budgets = new SandboxBudgets
        {
            StoredBytes = 1 << 20,
            Watches = 3,
            Streams = 2,
            Requests = 2,
            Bodies = 1 << 20,
        };
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                ConfigPushDelay = TimeSpan.Zero,
                Budgets = budgets,
            },
            TestContext.Current.CancellationToken
        );
        _cluster = _server.GetOrCreate("budgets");
        _shell = new ToolShell(_cluster, _directory.Path);
        await Eventually.True(() => _cluster.Store.Snapshot.Find("serviceaccounts", "default", "default") is not null);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Store_ThatIsFull_RefusesAsEtcdDoesAndTakesDeletions()
    {
        var result = await _shell.RunAsync("""
            head -c 300000 /dev/zero | tr '\0' x > "$HOME/blob"
            for i in 1 2 3 4; do kubectl create cm c$i --from-file="$HOME/blob" || break; done
            kubectl delete cm --all && kubectl create cm again --from-file="$HOME/blob"
            """);

        Assert.Contains("etcdserver: mvcc: database space exceeded", result.Error, StringComparison.Ordinal);
        Assert.Contains("configmap/again created", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_BeyondTheBudget_AreRefusedAndGivenBack()
    {
        await _shell.RunAsync("kubectl run web --image=kong/httpbin && kubectl wait --for=condition=ready pod/web");
        using var client = BadInputTests.Client(out var address, _cluster);

        Assert.Equal(503, await SendAsync(2 << 20));
        for (var i = 0; i < 5; i++) Assert.Equal(200, await SendAsync(900_000));

        async Task<int> SendAsync(int length)
        {
            using var response = await client.PostAsync(
                address + "/api/v1/namespaces/default/pods/web:80/proxy/post",
                new StringContent(new string('x', length)),
                TestContext.Current.CancellationToken
            );
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Watches_BeyondTheBudget_AreToldToComeAgain()
    {
        using var client = BadInputTests.Client(out var address, _cluster);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 3; i++)
            open.Add(
                await client.GetAsync(
                    address + "/api/v1/pods?watch=true",
                    HttpCompletionOption.ResponseHeadersRead,
                    TestContext.Current.CancellationToken
                )
            );

        using var refused = await client.GetAsync(
            address + "/api/v1/pods?watch=true",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Contains(
            "\"reason\":\"TooManyRequests\"",
            await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        foreach (var watch in open)
            watch.Dispose();
        await Eventually.True(async () =>
        {
            using var answer = await client.GetAsync(
                address + "/api/v1/pods?watch=true&timeoutSeconds=1",
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            );
            return answer.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task Requests_BeyondTheBudget_WaitAndAreThenRefused_WhileAnotherClusterIsServed()
    {
        using var client = BadInputTests.Client(out var address, _cluster);
        // A body that does not come holds every seat; two more wait in line.
        var held = new List<StalledContent>();
        for (var i = 0; i < 3; i++) held.Add(new StalledContent());
        var posts = held.ConvertAll(c => client.PostAsync(address + "/api/v1/namespaces/default/configmaps", c));
        await Eventually.True(() => _cluster.Requests.Waiting == 2);
        using var refused = await client.GetAsync(
            address + "/api/v1/namespaces",
            TestContext.Current.CancellationToken
        );

        var neighbour = new ToolShell(_server.GetOrCreate("neighbour"), _directory.Path);
        Assert.Contains("default", (await neighbour.RunAsync("kubectl get ns")).Text, StringComparison.Ordinal);

        Assert.Equal(429, (int)refused.StatusCode);
        foreach (var c in held) c.Release();
        await Task.WhenAll(posts).DefaultTimeout();
        Assert.Contains("default", (await _shell.RunAsync("kubectl get ns")).Text, StringComparison.Ordinal);
        foreach (var c in held) c.Dispose();
    }

    [Theory]
    [InlineData(
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
            + "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
            + "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
            + "h: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
        "excessive aliasing"
    )]
    [InlineData("a: *nowhere", "unknown anchor 'nowhere' referenced")]
    public async Task Yaml_OfAliases_IsRefused(string yaml, string message)
    {
        using var client = BadInputTests.Client(out var address, _cluster);
        using var content = new StringContent(yaml, Encoding.UTF8, "application/yaml");

        using var response = await client.PostAsync(
            address + "/api/v1/namespaces/default/configmaps",
            content,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(
            message,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Object_AsDeepAsABodyMayBe_IsStoredAndRead()
    {
        using var client = BadInputTests.Client(out var address, _cluster);
        await _shell.RunAsync("""
            kubectl apply -f - <<'EOF'
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: deeps.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: deeps, singular: deep, kind: Deep}
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
            EOF
            kubectl wait --for=condition=Established crd/deeps.example.com
            """
        );
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200);
        var json = $$"""{"apiVersion":"example.com/v1","kind":"Deep","metadata":{"name":"d"},"spec":{{deep}}}""";
        using var content = new StringContent(json, Encoding.UTF8, "application/json");

        using var created = await client.PostAsync(
            address + "/apis/example.com/v1/namespaces/default/deeps",
            content,
            TestContext.Current.CancellationToken
        );
        var listed = await _shell.RunAsync(
            "kubectl get deeps -o name && kubectl delete ns default --wait=false 2>/dev/null; kubectl delete "
                + "deeps --all"
        );

        Assert.Equal(201, (int)created.StatusCode);
        Assert.Contains("deep.example.com/d", listed.Output, StringComparison.Ordinal);
        Assert.Contains("deleted", listed.Output, StringComparison.Ordinal);
    }

    /// <summary>A body whose end the test decides on.</summary>
    private sealed class StalledContent : HttpContent
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public StalledContent() => Headers.ContentType = new("application/json");

        public void Release() => _released.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            await _released.Task;
            await stream.WriteAsync("}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
