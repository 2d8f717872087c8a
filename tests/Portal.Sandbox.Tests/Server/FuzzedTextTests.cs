using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs.Observability.Prometheus;
using Portal.Sandbox.Schema.Cel;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Tests.Api;
using Portal.Sandbox.Text;
using Portal.Testing;
using Xunit;
using YamlDotNet.Core;

namespace Portal.Sandbox.Tests.Server;

/// <summary>
/// Everything that a learner can write and the sandbox reads, damaged: it is refused in its own words, or means
/// something; nothing else happens.
/// </summary>
public sealed class FuzzedTextTests : IAsyncLifetime
{
    private readonly CapturingLogger _log = new();
    private SandboxServer _server = null!;
    private SandboxCluster _neighbour = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                PodStartDelay = TimeSpan.Zero,
                ConfigPushDelay = TimeSpan.Zero,
                LoggerFactory = _log,
            },
            TestContext.Current.CancellationToken
        );
        _neighbour = _server.GetOrCreate("neighbour");
        await Eventually.True(() =>
            _neighbour
                .Store.Snapshot.List("namespaces")
                .All(n => _neighbour.Store.Snapshot.Find("configmaps", n.Name, "kube-root-ca.crt") is not null)
            && _neighbour.Controllers.IsIdle
        );
    }

    public async ValueTask DisposeAsync()
    {
        using var client = BadInputTests.Client(out var address, _neighbour);
        using var answer = await client
            .GetAsync(address + "/api/v1/namespaces/default", TestContext.Current.CancellationToken)
            .DefaultTimeout();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(_log.Entries);
        await _server.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public void Yaml_Damaged_IsReadOrRefused()
    {
        var texts = new TextMutator(
            [
                "a: 1\nb: [x, y]\nc: {d: e}\n",
                "base: &b {x: 1}\nmore:\n  <<: *b\n  y: 2\n",
                "- |\n  text\n- >-\n  folded\n",
                "---\na: !!str 1\n---\nb: ~\n",
                "accessLogFile: /dev/stdout\ndefaultConfig:\n  tracing: {sampling: 10}\n",
            ],
            [
                "&a ",
                "*a",
                "<<: ",
                "[",
                "{",
                "- ",
                ": ",
                "\t",
                "\"",
                "'",
                "!!binary ",
                "? ",
                "%YAML 9.9\n",
                "---\n",
                "\0",
                "#",
                "|\n",
                "@",
                "`",
            ]
        );
        for (var i = 0; i < 5_000; i++)
        {
            try
            {
                _ = YamlReader.ReadAll(texts.Make(i)).Count();
            }
            catch (Exception e) when (e is YamlException)
            {
                // Said with its place.
            }
        }
    }

    [Fact]
    public async Task MeshConfiguration_Damaged_NeverStopsThePush()
    {
        var cluster = _server.GetOrCreate("mesh");
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken);
        using var client = BadInputTests.Client(out var address, cluster);
        var texts = new TextMutator(
            [
                "accessLogFile: /dev/stdout\nenableTracing: true\ndefaultConfig:\n  tracing: {sampling: 10}\n"
                    + "  gatewayTopology: {numTrustedProxies: 2}\n",
                "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n"
                    + "defaultHttpRetryPolicy: {attempts: 5, perTryTimeout: 2s, backoff: 1ms}\n",
                "extensionProviders:\n- name: otel\n  opentelemetry: {service: x.y.svc, port: 4317}\n"
                    + "- name: log\n"
                    + "  envoyFileAccessLog: {path: /dev/stdout, logFormat: {text: '%REQ(X)% %START_TIME(%s)%'}}\n"
                    + "defaultProviders: {tracing: [otel], accessLogging: [log]}\n",
            ],
            [
                "null",
                "-1",
                "99999999999999999999",
                "[]",
                "{}",
                "\"\"",
                "- ",
                "%REQ(",
                "%",
                "1e999",
                "-5s",
                "true",
                "[",
                "\t",
                "&a",
                "*a",
                ": ",
            ]
        );

        for (var i = 0; i < 150; i++)
        {
            using var content = new StringContent(
                new JsonObject { ["data"] = new JsonObject { ["mesh"] = texts.Make(i) } }.ToJsonString(),
                System.Text.Encoding.UTF8,
                "application/merge-patch+json"
            );
            using var answer = await client
                .PatchAsync(
                    address + "/api/v1/namespaces/istio-system/configmaps/istio",
                    content,
                    TestContext.Current.CancellationToken
                )
                .DefaultTimeout();
            Assert.True(answer.IsSuccessStatusCode);
            await Eventually.True(() => cluster.Mesh.IsCurrent);
            foreach (var pod in cluster.Pods.All)
            {
                _ = cluster.Mesh.Config.Settings.LoggingOf(pod);
                _ = cluster.Mesh.Config.Settings.TracingOf(pod);
                _ = cluster.Mesh.Config.Settings.MetricsOf(pod);
            }
        }

        Assert.True(cluster.Mesh.Config.Revision > 1);
    }

    [Fact]
    public void PromQl_Damaged_IsAnsweredOrRefused()
    {
        var series = new[] { "1", "2" }
            .Select(x => new MetricSeries("a", new([new("x", x)]), 0, null, t => t / 1000.0))
            .ToList();
        var texts = new TextMutator(
            [
                "sum by (x) (rate(a[5m])) / ignoring(x) group_left() sum(a)",
                "histogram_quantile(0.9, a)",
                "max_over_time(rate(a[1m])[10m:1m] offset 5m) @ 100",
                "a{x=~\"1|2\",y!~\".*\"} > bool 3 and on(x) a or vector(1)",
                "label_replace(a, \"y\", \"$1\", \"x\", \"(.*)\")",
                "topk(5, a) - -1 ^ 2 % 3",
                "count_values(\"v\", a)",
                "absent_over_time(a[1h])",
            ],
            [
                "(",
                ")",
                "[5m]",
                "[1d:1s]",
                "{",
                "}",
                "\"",
                "offset -5m",
                "@ end()",
                "by (",
                ",",
                "-",
                "^",
                "1e308",
                "Inf",
                "NaN",
                "0x",
                "~",
                "sum",
                "rate",
                "bool ",
                "((a{1000}){1000})",
            ]
        );
        for (var i = 0; i < 3_000; i++)
        {
            try
            {
                _ = new PromEvaluator(_ => series, 600_000).Evaluate(PromParser.Parse(texts.Make(i)), 600_000);
            }
            catch (PromException)
            {
                // As Prometheus says it.
            }
        }
    }

    [Fact]
    public void Cel_Damaged_IsEvaluatedOrRefused()
    {
        var texts = new TextMutator(
            [
                "self.a.all(x, x > 1 && x.matches('^[a-z]+$'))",
                "has(self.b) ? self.b.size() : 0",
                "cel.bind(x, [1, 2, 3], x.map(y, y * 2).sum())",
                "'%s-%d'.format([self.c, 3]).split('-').join('+')",
                "timestamp('2024-01-02T03:04:05Z') + duration('1h') > timestamp('2024-01-01T00:00:00Z')",
                "quantity('1Gi').isGreaterThan(quantity('1M')) || ip('1.2.3.4').family() == 4",
                "{'a': 1}.?b.orValue(2) in [1, 2u, 3.0]",
            ],
            [
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "'",
                "\"",
                ".",
                "?",
                ":",
                "!",
                "-",
                "9223372036854775807",
                "1e400",
                "self",
                "&&",
                "||",
                ".map(x, ",
                "cel.bind(",
                "'\\u",
                "lists.range(9999)",
                ".replace('a', self.c)",
                "(a{1000}){1000}",
            ]
        );
        var self = CelValues.FromJson(JsonNode.Parse("""{"a":[1,2,3],"b":"text","c":"aaaa"}"""), null);
        for (var i = 0; i < 3_000; i++)
        {
            try
            {
                _ = CelParser.Parse(texts.Make(i)).Evaluate(new CelScope(new CelBudget(), null, "self", self));
            }
            catch (Exception e) when (e is CelSyntaxException or CelEvaluationException)
            {
                // As the API server says it.
            }
        }
    }

    [Fact]
    public void Patterns_Damaged_MatchOrDoNot()
    {
        var texts = new TextMutator(
            [
                "^(a|b)*c$",
                "(?i)[a-z0-9_]+\\.(com|org)",
                "\\d{1,3}(\\.\\d{1,3}){3}",
                "(?P<name>\\w+)\\s\\Qliteral\\E",
                "[[:alpha:]]+[^[:digit:]]",
            ],
            [
                "(",
                ")",
                "[",
                "]",
                "{1000}",
                "*",
                "+",
                "?",
                "\\",
                "|",
                "(?:",
                "(?=",
                "\\1",
                "\\p{L}",
                "[^",
                "a{0,1000}",
                "(x+x+)+y",
                ".",
            ]
        );
        var text = string.Concat(Enumerable.Repeat("aaaabbbb.com xx 1.2.3.4 ", 40));
        for (var i = 0; i < 3_000; i++) _ = Re2.FullMatch(texts.Make(i), text);
    }
}
