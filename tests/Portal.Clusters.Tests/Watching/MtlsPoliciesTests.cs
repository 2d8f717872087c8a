using Portal.Clusters.Watching;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class MtlsPoliciesTests
{
    private static readonly Dictionary<string, string> s_labels = new() { ["app"] = "web", ["version"] = "v1" };

    private static string Policy(string ns, string name, string? mode, string? app = null, int day = 1)
    {
        var selector = app is null ? "" : "'selector':{'matchLabels':{'app':'" + app + "'}},";
        var mtls = mode is null ? "{}" : "{'mode':'" + mode + "'}";
        return "{'apiVersion':'security.istio.io/v1','kind':'PeerAuthentication','metadata':{'namespace':'" + ns + "','name':'" + name
            + "','creationTimestamp':'2026-01-0" + day + "T00:00:00Z'},'spec':{" + selector + "'mtls':" + mtls + "}}";
    }

    [Fact]
    public void ForWorkload_NoPolicy_IsPermissive() => Assert.Equal("PERMISSIVE", new MtlsPolicies(Snapshots.Of()).ForWorkload("shop", s_labels));

    [Theory]
    [InlineData("web", "DISABLE")]
    [InlineData("other", "STRICT")]
    public void ForWorkload_OwnPolicy_BeatsNamespace(string app, string expected)
    {
        var policies = new MtlsPolicies(Snapshots.Of(Policy("shop", "ns", "STRICT"), Policy("shop", "w", "DISABLE", app)));

        Assert.Equal(expected, policies.ForWorkload("shop", s_labels));
    }

    [Fact]
    public void ForNamespace_OwnPolicy_BeatsMesh()
    {
        var policies = new MtlsPolicies(Snapshots.Of(Policy("istio-system", "default", "STRICT"), Policy("shop", "default", "PERMISSIVE")));

        Assert.Equal("PERMISSIVE", policies.ForNamespace("shop"));
        Assert.Equal("STRICT", policies.ForNamespace("elsewhere"));
    }

    [Theory]
    [InlineData("UNSET")]
    [InlineData(null)]
    public void ForNamespace_Unset_Inherits(string? mode)
    {
        var policies = new MtlsPolicies(Snapshots.Of(Policy("istio-system", "default", "STRICT"), Policy("shop", "default", mode)));

        Assert.Equal("STRICT", policies.ForNamespace("shop"));
    }

    [Fact]
    public void ForNamespace_TwoPolicies_TheOldestDecides()
    {
        var policies = new MtlsPolicies(Snapshots.Of(Policy("shop", "a", "STRICT", day: 2), Policy("shop", "b", "DISABLE", day: 1)));

        Assert.Equal("DISABLE", policies.ForNamespace("shop"));
    }

    [Fact]
    public void ForWorkload_SelectorInRootNamespace_IsIgnoredElsewhere()
    {
        var policies = new MtlsPolicies(Snapshots.Of(Policy("istio-system", "w", "STRICT", "web")));

        Assert.Equal("PERMISSIVE", policies.ForWorkload("shop", s_labels));
    }
}
