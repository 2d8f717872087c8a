using Microsoft.Extensions.Logging.Abstractions;
using Portal.Clusters.Watching;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class ClusterViewTests : IAsyncLifetime
{
    private const string Pods = "api/v1/pods";

    private FakeApiServer _server = null!;
    private ClusterView _view = null!;

    public async ValueTask InitializeAsync() => _server = await FakeApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_view is not null) await _view.DisposeAsync();
        await _server.DisposeAsync();
    }

    private void Connect() => _view = ClusterView.Connect(_server.Kubeconfig, TimeProvider.System, NullLogger<ClusterView>.Instance);

    private static string Pod(string name, int version = 5) => $"{{'metadata':{{'namespace':'n','name':'{name}','resourceVersion':'{version}','managedFields':[{{}}]}},'spec':{{}}}}";

    private async Task<ClusterSnapshot> Until(Func<ClusterSnapshot, bool> condition)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        await foreach (var snapshot in _view.WatchAsync(limit.Token))
        {
            if (condition(snapshot)) return snapshot;
        }
        throw new InvalidOperationException("The view ended.");
    }

    private Task<ClusterSnapshot> UntilPods(params string[] names) => Until(s => s.Synced && s.OfKind("Pod").Select(p => p.Name).Order().SequenceEqual(names));

    [Fact]
    public async Task WatchAsync_ListThenEvents_GiveTheCurrentObjects()
    {
        _server.Lists[Pods] = $"{{'metadata':{{'resourceVersion':'1'}},'items':[{Pod("a")},{Pod("b")}]}}";
        Connect();
        var first = await UntilPods("a", "b");

        await Eventually.True(() => _server.Watches.ContainsKey(Pods));
        _server.Send(Pods, "ADDED", Pod("c"));
        _server.Send(Pods, "DELETED", Pod("a"));

        await UntilPods("b", "c");
        var pod = first.OfKind("Pod").First();
        Assert.Equal("Pod", pod.Json.GetProperty("kind").GetString());
        Assert.False(pod.Json.GetProperty("metadata").TryGetProperty("managedFields", out _));
    }

    [Fact]
    public async Task WatchAsync_VersionGone_ListsAgainAndDropsWhatVanished()
    {
        _server.Lists[Pods] = $"{{'metadata':{{'resourceVersion':'1'}},'items':[{Pod("a")}]}}";
        Connect();
        await UntilPods("a");
        await Eventually.True(() => _server.Watches.ContainsKey(Pods));

        _server.Lists[Pods] = $"{{'metadata':{{'resourceVersion':'9'}},'items':[{Pod("z")}]}}";
        _server.Send(Pods, "ERROR", "{'kind':'Status','code':410}");

        await UntilPods("z");
    }

    [Fact]
    public async Task WatchAsync_ObjectThatCannotBeRead_DoesNotEndTheWatch()
    {
        Connect();
        await UntilPods();
        await Eventually.True(() => _server.Watches.ContainsKey(Pods));

        _server.Send(Pods, "ADDED", "{'metadata':17}");
        _server.Send(Pods, "ADDED", Pod("after"));

        await UntilPods("after");
    }

    [Fact]
    public async Task WatchAsync_LineThatIsNoJson_DoesNotEndTheWatch()
    {
        Connect();
        await UntilPods();
        await Eventually.True(() => _server.Watches.ContainsKey(Pods));
        var watch = _server.Watches[Pods];

        watch.Writer.TryWrite("no json");
        _server.Send(Pods, "ADDED", Pod("after"));

        await UntilPods("after");
        Assert.Same(watch, _server.Watches[Pods]);
    }

    [Fact]
    public async Task WatchAsync_WorkThatFailsBeforeItBegins_BeginsAgain()
    {
        _server.Lists[Pods] = $"{{'metadata':{{'resourceVersion':'1'}},'items':[{Pod("a")}]}}";
        var failures = 0;

        _view = ClusterView.Connect(
            _server.Kubeconfig,
            TimeProvider.System,
            NullLogger<ClusterView>.Instance,
            work =>
            {
                if (work == "watch of pods" && Interlocked.Increment(ref failures) <= 2)
                    throw new InvalidOperationException("injected");
            }
        );

        await UntilPods("a");
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task WatchAsync_DefinitionAppears_ItsKindIsFollowed()
    {
        const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        Connect();
        await UntilPods();
        await Eventually.True(() => _server.Watches.ContainsKey(Definitions));
        Assert.Empty(_view.Current.OfKind("VirtualService"));

        _server.Lists["apis/networking.istio.io/v1/virtualservices"] = "{'metadata':{'resourceVersion':'1'},'items':[{'metadata':{'namespace':'n','name':'v'}}]}";
        _server.Send(Definitions, "ADDED", "{'metadata':{'name':'virtualservices.networking.istio.io'}}");
        await Until(s => s.OfKind("VirtualService").Any());

        _server.Send(Definitions, "DELETED", "{'metadata':{'name':'virtualservices.networking.istio.io'}}");
        await Until(s => !s.OfKind("VirtualService").Any());
    }

    [Fact]
    public async Task WatchAsync_ServerGone_SaysThatItIsDisconnected()
    {
        Connect();
        await UntilPods();

        await _server.DisposeAsync();

        Assert.NotEmpty((await Until(s => s.Disconnected is not null)).Disconnected!);
    }
}
