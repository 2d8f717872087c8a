using Portal.Clusters.Watching;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class ObjectDescriberTests
{
    private const string Deployment = """
        {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':'n','uid':'d'},
         'spec':{'replicas':2},'status':{'readyReplicas':1,
         'conditions':[{'type':'Available','status':'False','reason':'MinimumReplicasUnavailable'}]}}
        """;

    private const string ReplicaSet = """
        {'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'name':'web-1','namespace':'n','uid':'r',
         'ownerReferences':[{'apiVersion':'apps/v1','kind':'Deployment','name':'web','uid':'d'}]},'spec':{'replicas':0}}
        """;

    private const string Pod = """
        {'apiVersion':'v1','kind':'Pod','metadata':{'name':'web-1-a','namespace':'n','uid':'p','labels':{'app':'web'},
         'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'web-1','uid':'r'}]},
         'spec':{'nodeName':'node-1',
           'containers':[{'name':'web','image':'nginx'},{'name':'istio-proxy','image':'proxyv2'}]},
         'status':{'podIP':'10.1.2.3','phase':'Running','containerStatuses':[
           {'name':'web','restartCount':3,'state':{'waiting':{'reason':'CrashLoopBackOff'}},
            'lastState':{'terminated':{'exitCode':1}}},
           {'name':'istio-proxy','ready':true,'state':{'running':{}}}]}}
        """;

    private const string Service = """
        {'apiVersion':'v1','kind':'Service','metadata':{'name':'web','namespace':'n','uid':'s'},
         'spec':{'selector':{'app':'web'},'ports':[{'port':80,'targetPort':8080}]}}
        """;

    private const string Event = """
        {'apiVersion':'v1','kind':'Event','metadata':{'name':'e','namespace':'n','uid':'e'},'reason':'BackOff',
         'involvedObject':{'kind':'Pod','namespace':'n','name':'web-1-a'},'message':'restarting'}
        """;

    private static readonly ClusterSnapshot s_snapshot = Snapshots.Of(Deployment, ReplicaSet, Pod, Service, Event);

    [Fact]
    public void Describe_Pod_TellsContainersOwnersServicesAndEvents()
    {
        var pod = Describe("", "Pod", "web-1-a");

        Assert.Equal(new ObjectStatus(StatusTone.Bad, "CrashLoopBackOff"), pod.Status);
        Assert.Equal(
            [(ContainerRole.App, "Waiting: CrashLoopBackOff", 3, true), (ContainerRole.Sidecar, "Running", 0, false)],
            pod.Containers.Select(c => (c.Role, c.State.Word, c.Restarts, c.CanShowPrevious))
        );
        Assert.Equal("web-1", Assert.Single(pod.Owners).Key.Name);
        Assert.Equal("web", Assert.Single(pod.Selected).Key.Name);
        Assert.Equal("BackOff", Assert.Single(pod.Events).Reason);
        Assert.Contains(new ObjectFact("Node", "node-1"), pod.Facts);
    }

    [Fact]
    public void Describe_Deployment_OwnsItsReplicaSetAndTellsWhatIsNotWell()
    {
        var deployment = Describe("apps", "Deployment", "web");

        Assert.Equal("web-1", Assert.Single(deployment.Owned).Key.Name);
        Assert.Equal("not ready", deployment.Status.Word);
        Assert.False(Assert.Single(deployment.Conditions).Good);
    }

    [Fact]
    public void Describe_Service_HasItsPodsWithTheirAddresses()
    {
        var service = Describe("", "Service", "web");

        Assert.Equal("10.1.2.3", Assert.Single(service.Selected).Note);
        Assert.Contains(new ObjectFact("Ports", "80/TCP → 8080"), service.Facts);
    }

    [Fact]
    public void Describe_SomethingOfItChanges_HasAnotherVersion()
    {
        var changed = Snapshots.Of(Deployment, ReplicaSet.Replace("'uid':'r'", "'uid':'r','resourceVersion':'7'"), Pod);

        Assert.NotEqual(
            Describe("apps", "Deployment", "web").Version,
            ObjectDescriber.Describe(changed, new("apps", "Deployment", "n", "web"))!.Version
        );
    }

    [Fact]
    public void Describe_NotThere_IsNull() =>
        Assert.Null(ObjectDescriber.Describe(s_snapshot, new("", "Pod", "n", "other")));

    [Fact]
    public void Snapshot_Secret_HoldsKeysAndNoValues()
    {
        var snapshot = Snapshots.Of(
            """
            {'apiVersion':'v1','kind':'Secret','metadata':{'name':'db','namespace':'n','annotations':{'a':'1',
             'kubectl.kubernetes.io/last-applied-configuration':'c2VjcmV0IQ=='}},'data':{'password':'c2VjcmV0IQ=='}}
            """
        );

        var secret = Assert.Single(snapshot.Objects.Values);
        Assert.DoesNotContain("c2VjcmV0", secret.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("(7 bytes)", secret.Json.GetProperty("data").GetProperty("password").GetString());
        Assert.Equal("1", secret.Json.GetProperty("metadata").GetProperty("annotations").GetProperty("a").GetString());
        Assert.Equal("Opaque · password", Assert.Single(ClusterSummaryBuilder.From(snapshot).Others).Note);
    }

    [Fact]
    public void Snapshot_ConfigMap_KeepsSmallValuesOnly()
    {
        var large = new string('x', 10_000);
        var map = Assert
            .Single(
                Snapshots
                    .Of(
                        $"{{'apiVersion':'v1','kind':'ConfigMap','metadata':{{'name':'c'}},"
                            + $"'data':{{'a':'1','b':'{large}'}}}}"
                    )
                    .Objects.Values
            )
            .Json.GetProperty("data");

        Assert.Equal(("1", "(10000 bytes)"), (map.GetProperty("a").GetString(), map.GetProperty("b").GetString()));
    }

    [Fact]
    public void Facts_AuthorizationPolicy_TellsItsActionFirst()
    {
        var policy = Assert.Single(
            Snapshots
                .Of(
                    """
                    {'apiVersion':'security.istio.io/v1','kind':'AuthorizationPolicy',
                    'metadata':{'name':'a','namespace':'n'},
                     'spec':{'action':'DENY','rules':[{}],'selector':{'matchLabels':{'app':'web'}}}}
                    """
                )
                .Objects.Values
        );

        Assert.Equal(["DENY", "1 rule", "app=web"], ObjectFacts.Of(policy).Select(f => f.Value));
    }

    private static ObjectDescription Describe(string group, string kind, string name) =>
        ObjectDescriber.Describe(s_snapshot, new(group, kind, "n", name))!;
}
