using System.Runtime.CompilerServices;
using System.Text.Json;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class SessionChangesTests
{
    private readonly View _view = new();
    private readonly SessionChanges _changes = new(TimeProvider.System);
    private int _version;

    public SessionChangesTests() => _changes.Attach(_view);

    [Fact]
    public void Take_FirstPicture_IsNoChange()
    {
        Put("a", 1);
        _changes.Begin("step-1");

        Assert.Empty(_changes.Take().Current!.Objects);
    }

    [Fact]
    public void Take_AfterRuns_AttributesChangesToTheLastRun()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        Put("b", 1);
        _changes.Take();
        _changes.Begin("step-2");
        Put("a", 2);

        var shown = _changes.Take();

        Assert.Equal("step-2", shown.SectionId);
        Assert.Equal((ObjectChangeKind.Created, "b"), One(shown, "step-1"));
        Assert.Equal((ObjectChangeKind.Changed, "a"), One(shown, "step-2"));
        Assert.Equal([new FieldChange("spec.weight", "1", "2")], shown.Current!.Objects[0].Fields);
        Assert.Equal("1", Weight(_changes.Before(Key("a"))));
    }

    [Fact]
    public void Begin_WhatCameBeforeIt_IsOfTheRunBefore()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        Put("a", 2);

        var shown = _changes.Begin("step-2");

        Assert.Equal((ObjectChangeKind.Changed, "a"), One(shown, "step-1"));
        Assert.Empty(shown.Current!.Objects);
    }

    [Fact]
    public void Take_BackAsItWas_IsNoChangeAnyMore()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        Put("a", 2);
        _changes.Take();
        Put("a", 1);

        Assert.Empty(_changes.Take().Current!.Objects);
    }

    [Fact]
    public void Take_CreatedAndDeleted_IsNoChange()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        Put("b", 1);
        _changes.Take();
        Remove("b");
        Remove("a");

        Assert.Equal((ObjectChangeKind.Deleted, "a"), One(_changes.Take(), "step-1"));
    }

    [Fact]
    public void Take_WhatAControllerMade_IsLeftOut()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        Put("b", 1, """, "ownerReferences": [{"uid": "x"}]""");

        Assert.Empty(_changes.Take().Current!.Objects);
    }

    [Fact]
    public void Take_NothingNew_IsTheSameInstance()
    {
        Put("a", 1);
        var before = _changes.Begin("step-1");
        Put("a", 1);

        Assert.Same(before, _changes.Take());
    }

    [Fact]
    public void Take_VeryMany_KeepsSomeAndCountsTheOthers()
    {
        Put("a", 1);
        _changes.Take();
        _changes.Begin("step-1");
        for (var i = 0; i < 200; i++) Put($"b{i}", 1);

        var step = _changes.Take().Current!;

        Assert.Equal((60, 140), (step.Objects.Length, step.More));
    }

    [Fact]
    public void Begin_VeryManySections_ForgetsTheOldest()
    {
        for (var i = 0; i < 100; i++) _changes.Begin($"step-{i}");

        var steps = _changes.Take().Steps;

        Assert.Equal((30, "step-99"), (steps.Length, steps[^1].SectionId));
    }

    [Fact]
    public void Take_LargeObjectsChange_TellsThemWithoutTheirFields()
    {
        for (var i = 0; i < 10; i++) Put($"a{i}", 1, $", \"labels\": {{\"x\": \"{new string('x', 100_000)}\"}}");
        _changes.Take();
        _changes.Begin("step-1");
        for (var i = 0; i < 10; i++) Put($"a{i}", 2);

        var changed = _changes.Take().Current!.Objects;

        Assert.Equal(10, changed.Length);
        Assert.InRange(changed.Count(c => !c.Fields.IsEmpty), 1, 5);
    }

    [Fact]
    public void Keep_Rewound_ForgetsWhatCameAfter()
    {
        _changes.Begin("step-1");
        _changes.Begin("step-2");

        var shown = _changes.Keep(["step-1"]);

        Assert.Equal("step-1", Assert.Single(shown.Steps).SectionId);
        Assert.Null(shown.SectionId);
    }

    private static (ObjectChangeKind, string) One(ClusterChanges changes, string sectionId)
    {
        var change = Assert.Single(changes.Steps.Single(s => s.SectionId == sectionId).Objects);
        return (change.Kind, change.Key.Name);
    }

    private static ClusterObjectKey Key(string name) => new("networking.istio.io", "VirtualService", "n", name);

    private static string? Weight(ClusterObject? o) => o?.Json.GetProperty("spec").GetProperty("weight").GetRawText();

    private void Put(string name, int weight, string metadata = "")
    {
        var version = $"{++_version}";
        var json = JsonSerializer.Deserialize<JsonElement>(
            $$"""{"metadata": {"resourceVersion": "{{version}}"{{metadata}} }, "spec": {"weight": {{weight}} } }"""
        );
        var item = new ClusterObject(Key(name), "networking.istio.io/v1", "uid", version, json);
        _view.Current = _view.Current with { Objects = _view.Current.Objects.SetItem(item.Key, item) };
    }

    private void Remove(string name) =>
        _view.Current = _view.Current with { Objects = _view.Current.Objects.Remove(Key(name)) };

    private sealed class View : IClusterView
    {
        public ClusterSnapshot Current { get; set; } = ClusterSnapshot.Empty with { Synced = true };

        public async IAsyncEnumerable<ClusterSnapshot> WatchAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            yield return Current;
            await Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
