using Portal.Clusters.Watching;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class PodStatusTests
{
    private const string Running = "'ready': true, 'started': true, 'restartCount': 1, 'state': {'running': {}}";

    [Theory]
    [InlineData("classic sidecar", "{'spec':{'containers':[{'name':'app'},{'name':'istio-proxy'}],'initContainers':[{'name':'istio-init'}]},'status':{'phase':'Running','initContainerStatuses':[{'name':'istio-init','state':{'terminated':{'exitCode':0,'reason':'Completed'}}}],'containerStatuses':[{'name':'app',R},{'name':'istio-proxy',R}]}}", "2/2 Running 2 True")]
    [InlineData("native sidecar", "{'spec':{'containers':[{'name':'app'}],'initContainers':[{'name':'istio-init'},{'name':'istio-proxy','restartPolicy':'Always'}]},'status':{'phase':'Running','initContainerStatuses':[{'name':'istio-init','state':{'terminated':{'exitCode':0}}},{'name':'istio-proxy',R}],'containerStatuses':[{'name':'app',R}]}}", "2/2 Running 2 True")]
    [InlineData("native sidecar starting", "{'spec':{'containers':[{'name':'app'}],'initContainers':[{'name':'istio-proxy','restartPolicy':'Always'}]},'status':{'phase':'Pending','initContainerStatuses':[{'name':'istio-proxy','started':false,'state':{'waiting':{'reason':'PodInitializing'}}}],'containerStatuses':[{'name':'app','state':{'waiting':{'reason':'PodInitializing'}}}]}}", "0/2 Init:0/1 0 True")]
    [InlineData("creating", "{'spec':{'containers':[{'name':'app'}]},'status':{'phase':'Pending','containerStatuses':[{'name':'app','state':{'waiting':{'reason':'ContainerCreating'}}}]}}", "0/1 ContainerCreating 0 False")]
    [InlineData("pending", "{'spec':{'containers':[{'name':'app'}]},'status':{'phase':'Pending'}}", "0/1 Pending 0 False")]
    [InlineData("pull failure", "{'spec':{'containers':[{'name':'app'}]},'status':{'phase':'Pending','containerStatuses':[{'name':'app','state':{'waiting':{'reason':'ImagePullBackOff'}}}]}}", "0/1 ImagePullBackOff 0 False")]
    [InlineData("exit code", "{'spec':{'containers':[{'name':'app'}]},'status':{'phase':'Failed','containerStatuses':[{'name':'app','restartCount':0,'state':{'terminated':{'exitCode':3}}}]}}", "0/1 ExitCode:3 0 False")]
    [InlineData("deleted", "{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'},'spec':{'containers':[{'name':'app'}]},'status':{'phase':'Running','containerStatuses':[{'name':'app',R}]}}", "1/1 Terminating 1 False")]
    [InlineData("gateway, whose only container is the proxy", "{'spec':{'containers':[{'name':'istio-proxy'}]},'status':{'phase':'Running','containerStatuses':[{'name':'istio-proxy',R}]}}", "1/1 Running 1 False")]
    public void Of_Pod_IsWhatKubectlPrints(string name, string pod, string expected)
    {
        var status = PodStatus.Of(Snapshots.Json(pod.Replace("R}", Running + "}", StringComparison.Ordinal)));

        Assert.True(expected == $"{status.Ready}/{status.Total} {status.Status} {status.Restarts} {status.Sidecar}", $"{name}: {status}");
    }
}
