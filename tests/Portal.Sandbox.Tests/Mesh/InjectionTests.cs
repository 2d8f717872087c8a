using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>Which pods get a proxy: by the selectors of the installed webhooks, whoever installed them.</summary>
public sealed class InjectionTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    [Theory]
    [InlineData("istio-injection=enabled", "", "", true)]
    [InlineData("istio-injection=enabled", "sidecar.istio.io/inject=false", "", false)]
    [InlineData("istio-injection=enabled", "", "sidecar.istio.io/inject=false", false)]
    // A label of the pod stands above its annotation.
    [InlineData("istio-injection=enabled", "sidecar.istio.io/inject=true", "sidecar.istio.io/inject=false", true)]
    [InlineData("istio-injection=disabled", "sidecar.istio.io/inject=true", "", false)]
    [InlineData("", "", "", false)]
    [InlineData("", "sidecar.istio.io/inject=true", "", true)]
    [InlineData("", "", "sidecar.istio.io/inject=true", false)]
    [InlineData("istio.io/rev=default", "", "", true)]
    [InlineData("istio.io/rev=default", "sidecar.istio.io/inject=false", "", false)]
    [InlineData("", "istio.io/rev=default", "", true)]
    // Nobody serves that revision.
    [InlineData("istio.io/rev=canary", "", "", false)]
    [InlineData("istio.io/rev=canary", "sidecar.istio.io/inject=true", "", false)]
    // The older label counts where both stand.
    [InlineData("istio-injection=enabled,istio.io/rev=canary", "", "", true)]
    [InlineData("istio-injection=disabled,istio.io/rev=default", "", "", false)]
    public void Pod_ByLabels_GetsAProxy(string namespaceLabels, string podLabels, string annotations, bool injected)
    {
        mesh.Reset();
        Assert.Equal(injected, Create(namespaceLabels, podLabels, annotations).Str("metadata", "annotations", "sidecar.istio.io/status") is not null);
    }

    [Fact]
    public void Pod_OfATaggedRevision_GetsThatRevisionsProxy()
    {
        mesh.Reset();
        // What "istioctl tag set prod --revision default" registers.
        mesh.Apply([new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1", ["kind"] = "MutatingWebhookConfiguration", ["metadata"] = new JsonObject { ["name"] = "istio-revision-tag-prod", ["labels"] = new JsonObject { ["istio.io/tag"] = "prod", ["istio.io/rev"] = "default" } },
            ["webhooks"] = ProfileWebhooks.RevisionInjectors("prod", "istiod"),
        }]);

        var pod = Create("istio.io/rev=prod", "", "");

        Assert.Equal("default", pod.Str("metadata", "annotations", "istio.io/rev"));
    }

    [Fact]
    public void Pod_WithoutRegisteredInjector_StaysAlone()
    {
        mesh.Reset();
        mesh.Remove("mutatingwebhookconfigurations.admissionregistration.k8s.io");

        Assert.Null(Create("istio-injection=enabled", "", "").Arr("spec", "initContainers"));
    }

    [Fact]
    public void Pod_WhileNoIstiodAnswers_IsRefusedByTheFailurePolicy()
    {
        mesh.Reset();
        mesh.Remove("endpoints");

        var refusal = Assert.Throws<ApiException>(() => Create("istio-injection=enabled", "", ""));

        Assert.Contains("failed calling webhook \"namespace.sidecar-injector.istio.io\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pod_AskingForAClassicSidecar_HasItAmongItsContainers()
    {
        mesh.Reset();

        var pod = Create("istio-injection=enabled", "", "sidecar.istio.io/nativeSidecar=false,sidecar.istio.io/proxyCPU=250m,sidecar.istio.io/proxyImage=example.test/proxyv2:1.30.3");

        var proxy = pod.Objects("spec", "containers").Single(c => c.Str("name") == "istio-proxy");
        Assert.Equal("250m", proxy.Str("resources", "requests", "cpu"));
        Assert.Equal("example.test/proxyv2:1.30.3", proxy.Str("image"));
        Assert.Equal(["istio-init"], pod.Objects("spec", "initContainers").Select(c => c.Str("name")));
    }

    [Fact]
    public void Pod_OfTheGatewayTemplate_HasItsOwnContainerCompleted()
    {
        mesh.Reset();

        var pod = Create("", "sidecar.istio.io/inject=true", "inject.istio.io/templates=gateway", "istio-proxy", "auto");

        var proxy = Assert.Single(pod.Objects("spec", "containers"));
        Assert.EndsWith("/proxyv2:" + ProfileManifests.Version, proxy.Str("image"), StringComparison.Ordinal);
        Assert.Contains("router", proxy.Strings("args"));
        Assert.Null(pod.Arr("spec", "initContainers"));
        Assert.Null(pod.Str("metadata", "annotations", "sidecar.istio.io/status"));
    }

    private JsonObject Create(string namespaceLabels, string podLabels, string annotations, string container = "app", string image = "nginx")
    {
        mesh.Apply([new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "injection", ["labels"] = Map(namespaceLabels) } }], null);
        return mesh.Create(BuiltInResources.Pods, "injection", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "pod", ["labels"] = Map(podLabels), ["annotations"] = Map(annotations) },
            // The account that admission looks for comes a moment after its namespace.
            ["spec"] = new JsonObject { ["automountServiceAccountToken"] = false, ["serviceAccountName"] = "default", ["containers"] = new JsonArray(new JsonObject { ["name"] = container, ["image"] = image }) },
        });
    }

    private static JsonObject Map(string text) => new(text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => KeyValuePair.Create<string, JsonNode?>(p.Split('=', 2)[0], p.Split('=', 2)[1])));
}
