using Portal.Clusters.Watching;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class ClusterSummaryBuilderTests
{
    private const string Istiod = "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'istio-system','name':'istiod'},'spec':{'template':{'metadata':{'labels':{'app':'istiod'}}}},'status':{'readyReplicas':1}}";

    private static RouteRow Route(string http) => Assert.Single(ClusterSummaryBuilder.From(Snapshots.Of(
        $"{{'apiVersion':'networking.istio.io/v1','kind':'VirtualService','metadata':{{'namespace':'n','name':'v'}},'spec':{{'hosts':['reviews'],'http':[{http}]}}}}")).VirtualServices[0].Routes);

    [Fact]
    public void From_WeightsThatDoNotSumToHundred_AreNormalised()
    {
        var route = Route("{'route':[{'destination':{'host':'reviews','subset':'v1'},'weight':9},{'destination':{'host':'reviews','subset':'v2'},'weight':3}]}");

        Assert.Equal([new("reviews", "v1", 9, 75), new("reviews", "v2", 3, 25)], route.Destinations);
    }

    [Fact]
    public void From_SingleDestination_GetsEverything()
    {
        Assert.Equal(100, Assert.Single(Route("{'route':[{'destination':{'host':'reviews'}}]}").Destinations).Percent);
    }

    [Fact]
    public void From_MatchAndActions_AreSaidInWords()
    {
        var route = Route("{'match':[{'headers':{'end-user':{'exact':'jason'}},'uri':{'prefix':'/a'}},{'method':{'regex':'G.*'}}],'fault':{'delay':{'fixedDelay':'500ms','percentage':{'value':50}},'abort':{'httpStatus':503,'percentage':{'value':0.5}}},'timeout':'3s','retries':{'attempts':3,'perTryTimeout':'2s','retryOn':'5xx'},'route':[{'destination':{'host':'x'}}]}");

        Assert.Equal("end-user = jason and uri starts with /a or method matches G.*", route.Match);
        Assert.Equal(["delay 500ms 50 %", "abort 503 0.5 %", "timeout 3s", "retries 3, 2s each, on 5xx"], route.Extras);
    }

    [Fact]
    public void From_PodsWithSidecars_MarkTheirWorkloadWithItsMode()
    {
        var summary = ClusterSummaryBuilder.From(Snapshots.Of(
            Istiod,
            "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'shop','labels':{'istio-injection':'enabled'}},'status':{'phase':'Active'}}",
            "{'apiVersion':'security.istio.io/v1','kind':'PeerAuthentication','metadata':{'namespace':'shop','name':'default'},'spec':{'mtls':{'mode':'STRICT'}}}",
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'shop','name':'reviews-v1'},'spec':{'replicas':2,'template':{'metadata':{'labels':{'app':'reviews'}},'spec':{'containers':[{'image':'img:1'}]}}},'status':{'readyReplicas':1}}",
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'shop','name':'plain'},'spec':{'template':{'spec':{'containers':[{'image':'img:2'}]}}},'status':{}}",
            "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'shop','name':'reviews-v1-abc-x','labels':{'pod-template-hash':'abc'},'ownerReferences':[{'kind':'ReplicaSet','name':'reviews-v1-abc'}]},'spec':{'containers':[{'name':'reviews'},{'name':'istio-proxy'}]},'status':{'phase':'Running'}}"));

        Assert.True(summary.MeshInstalled);
        Assert.Equal(("enabled", "STRICT"), (summary.Namespaces[0].Injection, summary.Namespaces[0].MtlsMode));
        Assert.Equal("reviews-v1", Assert.Single(summary.Pods).Workload);
        var reviews = summary.Workloads.Single(w => w.Name == "reviews-v1");
        Assert.Equal((1, 2, true, "STRICT", "img:1"), (reviews.Ready, reviews.Desired, reviews.Sidecar, reviews.MtlsMode, reviews.Images));
        Assert.Null(summary.Workloads.Single(w => w.Name == "plain").MtlsMode);
    }

    [Fact]
    public void From_NoMesh_HasNoMtlsModes()
    {
        var summary = ClusterSummaryBuilder.From(Snapshots.Of("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'default'}}"));

        Assert.False(summary.MeshInstalled);
        Assert.Null(Assert.Single(summary.Namespaces).MtlsMode);
    }

    [Fact]
    public void From_Services_PrintPortsAsKubectlDoes()
    {
        var summary = ClusterSummaryBuilder.From(Snapshots.Of(
            "{'apiVersion':'v1','kind':'Service','metadata':{'namespace':'n','name':'s'},'spec':{'type':'LoadBalancer','clusterIP':'10.0.0.1','ports':[{'port':80,'nodePort':30080,'protocol':'TCP'},{'port':53,'protocol':'UDP'}]}}"));

        Assert.Equal(("LoadBalancer", "10.0.0.1", "80:30080/TCP,53/UDP"), (summary.Services[0].Type, summary.Services[0].ClusterIp, summary.Services[0].Ports));
    }

    [Fact]
    public void From_Events_AreNewestFirst()
    {
        var summary = ClusterSummaryBuilder.From(Snapshots.Of(
            "{'apiVersion':'v1','kind':'Event','metadata':{'namespace':'n','name':'a'},'reason':'Old','lastTimestamp':'2026-01-01T00:00:00Z','involvedObject':{'kind':'Pod','name':'p'}}",
            "{'apiVersion':'v1','kind':'Event','metadata':{'namespace':'n','name':'b'},'reason':'New','eventTime':'2026-01-02T00:00:00.000000Z','series':{'count':4},'involvedObject':{'kind':'Pod','name':'p'}}"));

        Assert.Equal(["New pod/p 4", "Old pod/p 1"], summary.Events.Select(e => $"{e.Reason} {e.InvolvedObject} {e.Count}"));
    }
}
