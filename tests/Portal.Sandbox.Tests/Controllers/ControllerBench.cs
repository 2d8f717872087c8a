using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Controllers;

/// <summary>A cluster on a clock that the test moves.</summary>
public sealed class ControllerBench : IAsyncDisposable
{
    private readonly SandboxServer _server;

    private ControllerBench(SandboxServer server, ManualTimeProvider time)
    {
        _server = server;
        Time = time;
        Cluster = server.GetOrCreate("bench");
    }

    public ManualTimeProvider Time { get; }
    public SandboxCluster Cluster { get; }
    public SandboxServer Server => _server;

    public static async Task<ControllerBench> StartAsync()
    {
        var time = new ManualTimeProvider();
        var server = await SandboxServer.StartAsync(new SandboxOptions { PodStartDelay = TimeSpan.Zero, ConfigPushDelay = TimeSpan.Zero, TimeProvider = time }, TestContext.Current.CancellationToken);
        var bench = new ControllerBench(server, time);
        await Eventually.True(() => bench.Cluster.Store.Snapshot.Find("serviceaccounts", "default", "default") is not null && bench.Cluster.Store.Snapshot.Find("configmaps", "default", "kube-root-ca.crt") is not null);
        return bench;
    }

    public void Apply(string yaml)
    {
        foreach (var o in YamlReader.ReadAll(yaml).Cast<JsonObject>())
        {
            var type = Cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!)!;
            Cluster.Operations.Create(type, type.Namespaced ? "default" : "", o, new WriteOptions { User = "test", FieldValidation = "Strict" });
        }
    }

    internal void Change(string resource, string name, Action<JsonObject> change) => Cluster.Operations.Update(Cluster.Catalog.FindResource(resource)!, resource == "nodes" ? "" : "default", name, "", o =>
    {
        change(o);
        return o;
    }, new WriteOptions { User = "test" });

    public JsonObject? Find(string resource, string name) => Cluster.Store.Snapshot.Find(resource, resource is "nodes" or "persistentvolumes" ? "" : "default", name)?.Parse();

    internal IEnumerable<StoredObject> Pods => Cluster.Store.Snapshot.List("pods", "default");

    /// <summary>Moves the clock in steps until something is so.</summary>
    public async Task UntilAsync(Func<bool> condition, TimeSpan step)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        while (!condition())
        {
            await SettleAsync();
            if (condition()) return;
            Time.Advance(step);
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until the controllers have nothing to do now; programs get a turn.</summary>
    public async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 3;)
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
            quiet = Cluster.Controllers.IsIdle ? quiet + 1 : 0;
        }
    }

    public bool HasEvent(string about, string reason, string text) => Cluster.Store.Snapshot.List("events", "default").Select(e => e.Parse())
        .Any(e => e.Str("involvedObject", "name") == about && e.Str("reason") == reason && e.Str("message")!.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
