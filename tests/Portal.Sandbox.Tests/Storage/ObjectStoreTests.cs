using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Api;
using Portal.Sandbox.Storage;
using Portal.Shared;
using Xunit;

namespace Portal.Sandbox.Tests.Storage;

public sealed class ObjectStoreTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void History_OfAnIdleCluster_IsForgotten()
    {
        var store = NewStore();
        Put(store, "a");
        var old = store.Snapshot.Revision;
        Put(store, "b");
        var cursor = store.CursorAfter(store.Snapshot.Revision)!.Value;

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.NotNull(store.CursorAfter(old));
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(store.CursorAfter(old));
        Assert.NotNull(store.CursorAfter(store.Snapshot.Revision));
        Put(store, "c");
        var events = new List<StoreEvent>();
        Assert.True(store.Read(ref cursor, events, out _));
        Assert.Equal("c", Assert.Single(events).Object.Name);
    }

    [Fact]
    public void History_WhileWritesGoOn_IsKept()
    {
        var store = NewStore();
        Put(store, "a");
        var first = store.Snapshot.Revision;
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            Put(store, $"b{i}");
        }

        Assert.NotNull(store.CursorAfter(first));
    }

    [Fact]
    public void History_Overflowing_ExpiresTheOldest()
    {
        var store = NewStore();
        Put(store, "a");
        var cursor = store.CursorAfter(store.Snapshot.Revision)!.Value;
        var first = store.Snapshot.Revision;
        for (var i = 0; i < 1100; i++) Put(store, $"b{i}");

        Assert.Null(store.CursorAfter(first));
        Assert.False(store.Read(ref cursor, [], out _));
    }

    [Fact]
    public void History_OfLargeObjects_StaysWithinItsBytes()
    {
        var store = NewStore(new SandboxBudgets { HistoryBytes = 10_000 });
        Put(store, "a", 1000);
        var first = store.Snapshot.Revision;
        for (var i = 0; i < 5; i++) Put(store, $"b{i}", 1000);
        Assert.NotNull(store.CursorAfter(first));
        for (var i = 0; i < 10; i++) Put(store, $"c{i}", 1000);

        Assert.Null(store.CursorAfter(first));
        Assert.NotNull(store.CursorAfter(store.Snapshot.Revision));
    }

    [Fact]
    public void Put_BeyondTheBytes_IsRefusedUntilSomethingIsDeleted()
    {
        var store = NewStore(new SandboxBudgets { StoredBytes = 5_000 });
        var first = Put(store, "a", 3000);
        Put(store, "b", 1000);

        var refused = Assert.Throws<ApiException>(() => Put(store, "c", 3000));
        store.Write(tx => tx.Delete("configmaps", first));
        Put(store, "c", 3000);

        Assert.Equal("etcdserver: mvcc: database space exceeded", refused.Message);
        Assert.Equal(["b", "c"], store.Snapshot.List("configmaps").Select(o => o.Name));
    }

    [Fact]
    public void Put_BeyondTheNumberOfObjects_IsRefused()
    {
        var store = NewStore(new SandboxBudgets { StoredObjects = 2 });
        Put(store, "a");
        Put(store, "b");

        Assert.Throws<ApiException>(() => Put(store, "c"));
    }

    [Fact]
    public void Put_OfAnObjectLargerThanEtcdTakes_IsRefused() =>
        Assert.Equal(
            "etcdserver: request is too large",
            Assert.Throws<ApiException>(() => Put(NewStore(), "a", 1600 * 1024)).Message
        );

    [Fact]
    public void Restore_CountsWhatIsThereThen()
    {
        var store = NewStore(new SandboxBudgets { StoredBytes = 5_000 });
        var empty = store.Snapshot;
        Put(store, "a", 4000);

        store.Restore(empty);
        Put(store, "b", 4000);

        Assert.Equal("b", Assert.Single(store.Snapshot.List("configmaps")).Name);
    }

    [Fact]
    public void Remember_OfALargeStore_KeepsOnlyTheLast()
    {
        var store = NewStore(new SandboxBudgets { HistoryBytes = 1_000 });
        Put(store, "a", 3000);
        var first = store.Snapshot;
        store.Remember(first);
        Put(store, "b");
        store.Remember(store.Snapshot);
        var second = store.Snapshot;
        Put(store, "c");

        Assert.Null(store.Recall(first.Revision));
        Assert.Same(second, store.Recall(second.Revision));
    }

    private ObjectStore NewStore(SandboxBudgets? budgets = null) =>
        new(_time, new Guarded("test", NullLogger.Instance, _time), new StoreQuota(budgets ?? new()));

    private static StoredObject Put(ObjectStore store, string name, int size = 0) =>
        store.Write(tx =>
            tx.Put(
                "configmaps",
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "x" },
                    ["data"] = new string('x', size),
                },
                null
            )
        );
}
