using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh.Validation;

/// <summary>A cluster with Istio, whose webhook answers.</summary>
public sealed class MeshValidationFixture : IAsyncLifetime
{
    private readonly SandboxFixture _sandbox = new();

    internal SandboxCluster Cluster { get; private set; } = null!;
    public ToolShell Shell { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        (Cluster, Shell) = _sandbox.NewCluster();
        await Cluster.InstallIstioAsync("minimal", TestContext.Current.CancellationToken).DefaultTimeout();
        await Eventually.True(() => Cluster.Store.Snapshot.Find("endpoints", "istio-system", "istiod")?.Parse().Objects("subsets").Any() == true);
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();
}

/// <summary>
/// What Istio accepts and refuses, as cases: a file of TestAssets/istio-validation for each kind. <c>invalid</c> is said by the
/// definition's schema, <c>denied</c> by the webhook (<c>asList</c>: upstream prints even one error as a list); without both the
/// object is accepted, with the <c>warnings</c>.
/// </summary>
public sealed class MeshValidationTests(MeshValidationFixture mesh) : IClassFixture<MeshValidationFixture>
{
    private static readonly string s_assets = Path.Combine(AppContext.BaseDirectory, "TestAssets", "istio-validation");

    public static TheoryData<string, int, string> Cases()
    {
        var data = new TheoryData<string, int, string>();
        foreach (var kind in Directory.EnumerateFiles(s_assets, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal))
        {
            foreach (var (i, c) in Read(kind).Index()) data.Add(kind, i, c.Str("name") ?? "");
        }
        return data;
    }

    private static List<JsonObject> Read(string kind) => [.. ((JsonArray)YamlReader.ReadAll(File.ReadAllText(Path.Combine(s_assets, kind + ".yaml"))).Single()!).OfType<JsonObject>()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Create_OfTheCase_IsJudgedAsByIstio(string kind, int index, string name)
    {
        var expected = Read(kind)[index];
        var type = mesh.Cluster.Catalog.All.First(t => t.Kind == kind && t.Group.EndsWith(".istio.io", StringComparison.Ordinal));
        var metadata = expected.Obj("metadata")?.Copy() ?? [];
        metadata.Default("name", $"case-{index}");
        var obj = new JsonObject { ["apiVersion"] = $"{type.Group}/{type.Version}", ["kind"] = kind, ["metadata"] = metadata };
        if (expected.TryGetPropertyValue("spec", out var spec)) obj["spec"] = spec?.DeepClone();
        var options = new WriteOptions { User = "test", FieldValidation = "Strict", DryRun = true };

        var refusal = Record.Exception(() => mesh.Cluster.Operations.Create(type, "default", obj, options));

        if (expected.Arr("invalid") is not null)
        {
            Assert.Equal(422, Assert.IsType<ApiException>(refusal, exactMatch: false).Code);
            foreach (var text in expected.Strings("invalid")) Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
            return;
        }
        var errors = expected.Strings("denied").ToList();
        Assert.Equal(errors.Count == 0 ? null : $"admission webhook \"validation.istio.io\" denied the request: {Text(errors, expected.Flag("asList") == true)}", refusal?.Message);
        Assert.NotEmpty(name);
        if (errors.Count > 0) return;
        Assert.Equal(kind is "EnvoyFilter" or "TrafficExtension" or "WasmPlugin", options.Warnings.Remove($"sandbox: this simulated mesh stores the {kind} and does not act on it"));
        Assert.Equal(expected.Strings("warnings"), options.Warnings);
    }

    private static string Text(List<string> errors, bool asList)
    {
        if (errors is [var only] && only.StartsWith("error decoding", StringComparison.Ordinal)) return only;
        return "configuration is invalid: " + (errors.Count == 1 && !asList ? errors[0] : $"{errors.Count} error{(errors.Count == 1 ? "" : "s")} occurred:\n\t* {string.Join("\n\t* ", errors)}\n\n");
    }
}
