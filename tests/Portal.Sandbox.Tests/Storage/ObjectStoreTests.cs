using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Portal.Sandbox.Storage;
using Xunit;

namespace Portal.Sandbox.Tests.Storage;

public sealed class ObjectStoreTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void History_OfAnIdleCluster_IsForgotten()
    {
        var store = new ObjectStore(_time);
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
        var store = new ObjectStore(_time);
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
        var store = new ObjectStore(_time);
        Put(store, "a");
        var cursor = store.CursorAfter(store.Snapshot.Revision)!.Value;
        var first = store.Snapshot.Revision;
        for (var i = 0; i < 1100; i++) Put(store, $"b{i}");

        Assert.Null(store.CursorAfter(first));
        Assert.False(store.Read(ref cursor, [], out _));
    }

    private static void Put(ObjectStore store, string name) =>
        store.Write(tx => tx.Put("configmaps", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "x" } }, null));
}
