using Portal.Clusters.Api;
using Portal.Labs.Editing;
using Portal.Sandbox;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Editing;

/// <summary>Manifests on a cluster with Istio, by its own OpenAPI and its own refusals.</summary>
public sealed class ManifestHelpTests : IAsyncLifetime
{
    private SandboxServer _server = null!;
    private ClusterApi _api = null!;
    private ManifestHelp _help = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        var cluster = _server.GetOrCreate("manifests");
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken);
        _api = ClusterApi.Connect(cluster.Kubeconfig);
        _help = new ManifestHelp(_api, TimeProvider.System, "default");
    }

    public async ValueTask DisposeAsync()
    {
        _help.Dispose();
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec:\n  ",
        "trafficPolicy",
        "object",
        false
    )]
    [InlineData(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  http:\n  - route:\n    - ",
        "weight",
        "integer",
        false
    )]
    [InlineData(
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - ",
        "image",
        "string",
        true
    )]
    [InlineData("apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - ", "targetPort", "number or string", true)]
    public async Task CompleteAsync_KindOfTheCluster_OffersItsFields(
        string text,
        string label,
        string type,
        bool isExplained
    )
    {
        var item = (await CompleteAsync(text)).Items.Single(i => i.Label == label);

        Assert.Equal(type, item.Detail);
        Assert.Equal(isExplained, item.Description.Length > 0);
    }

    [Fact]
    public async Task CompleteAsync_Values_AreThoseOfTheSchema()
    {
        var text = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nspec:\n  mtls:\n    mode: ";

        Assert.Contains("STRICT", (await CompleteAsync(text)).Items.Select(i => i.Label));
        Assert.Contains("VirtualService", (await CompleteAsync("kind: ")).Items.Select(i => i.Label));
    }

    [Theory]
    [InlineData("spec:\n  hots: a\n", 5, "hots is no field of spec (did you mean host?).")]
    [InlineData("spec: {}\n", null, "The cluster would refuse it: ")]
    [InlineData("spec:\n  host: [\n", null, "This cannot be read: ")]
    [InlineData("spec:\n\thost: a\n", null, "YAML takes no tabs")]
    public async Task CheckAsync_Mistake_IsMarkedAndTaught(string spec, int? line, string words)
    {
        var text = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\n" + spec;

        var problem = Assert.Single(await CheckAsync(text));

        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        if (line is not null) Assert.Equal(line, problem.Line);
    }

    [Theory]
    [InlineData("apiVersion: networking.istio.io/v1\nkind: DestinationRules\n", "did you mean DestinationRule?", 2)]
    [InlineData("apiVersion: v1\nkind: Deployment\n", "serves Deployment as apps/v1", 1)]
    [InlineData("kind: Deployment\n", "apiVersion is missing", 1)]
    [InlineData("apiVersion: v1\nkind: ConfigMap\n", "metadata.name is missing", 1)]
    [InlineData("- a\n", "This is no object", 1)]
    public async Task CheckAsync_NoObjectOfTheCluster_SaysWhatIsMissing(string text, string words, int line)
    {
        var problem = Assert.Single(await CheckAsync(text));

        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        Assert.Equal(line, problem.Line);
    }

    [Fact]
    public async Task CheckAsync_MadeToBeLarge_IsNotRead()
    {
        var deep = "a: " + new string('[', 20_000);
        var bomb = "a: &a [x, x]\n" + string.Concat(
            Enumerable.Range('b', 20).Select(c => $"{(char)c}: &{(char)c} [*{(char)(c - 1)}, *{(char)(c - 1)}]\n")
        );

        Assert.Contains("too deep", Assert.Single(await CheckAsync(deep)).Message, StringComparison.Ordinal);
        Assert.Contains("asterisk", Assert.Single(await CheckAsync(bomb)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_Refusal_IsMarkedAtItsField()
    {
        const string Text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: a }
            spec:
              replicas: -1
              selector: { matchLabels: { a: b } }
              template:
                metadata: { labels: { a: b } }
                spec: { containers: [{ name: a, image: b }] }
            """;

        var problem = Assert.Single(await CheckAsync(Text));

        Assert.Equal(5, problem.Line);
        Assert.Contains("greater than or equal to 0", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_NamespaceThatIsNotThereYet_IsAWarning()
    {
        var problem = Assert.Single(
            await CheckAsync("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: later\n")
        );

        Assert.True(problem.IsWarning);
        Assert.Equal(5, problem.Line);
    }

    [Fact]
    public async Task CheckAsync_RightManifest_ChangesNothing()
    {
        var text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { a: nan }\n---\n"
            + "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }] }\n---\n";

        Assert.Empty(await CheckAsync(text));
        Assert.Null(
            await _api.FindAsync("api/v1/namespaces/default/configmaps/a", TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task ExplainAsync_Field_HasThePathAndTheWordsOfItsKind()
    {
        var explanation = await _help
            .ExplainAsync(
                "apiVersion: v1\nkind: Service\nspec:\n  type: x",
                3,
                4,
                TestContext.Current.CancellationToken
            )
            .DefaultTimeout();

        Assert.Equal("spec.type", explanation!.Path);
        Assert.Contains("Service", explanation.Description, StringComparison.Ordinal);
    }

    private Task<Suggestions> CompleteAsync(string text)
    {
        var lines = text.Split('\n');
        return _help
            .CompleteAsync(text, lines.Length - 1, lines[^1].Length, TestContext.Current.CancellationToken)
            .DefaultTimeout();
    }

    private Task<System.Collections.Immutable.ImmutableArray<ManifestProblem>> CheckAsync(string text) =>
        _help.CheckAsync(text, TestContext.Current.CancellationToken).DefaultTimeout();
}
