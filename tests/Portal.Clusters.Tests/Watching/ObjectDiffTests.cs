using Portal.Clusters.Watching;
using Xunit;

namespace Portal.Clusters.Tests.Watching;

public sealed class ObjectDiffTests
{
    [Fact]
    public void Of_WeightChanged_NamesTheFieldAndBothValues() =>
        Assert.Equal(
            [
                new FieldChange("spec.http[0].route[1].weight", "0", "10"),
                new("spec.http[0].route[0].weight", "100", "90"),
            ],
            Diff(
                    "{'spec':{'http':[{'route':[{'weight':100},{'weight':0}]}]}}",
                    "{'spec':{'http':[{'route':[{'weight':90},{'weight':10}]}]}}"
                )
                .OrderByDescending(c => c.Path)
        );

    [Fact]
    public void Of_WhatTheClusterWrites_IsNoChange() =>
        Assert.Empty(
            Diff(
                """
                {'metadata':{'name':'a','resourceVersion':'1','uid':'u','generation':1,
                  'annotations':{'deployment.kubernetes.io/revision':'1'}},'status':{'ready':1}}
                """,
                """
                {'metadata':{'name':'a','resourceVersion':'2','uid':'v','generation':2,'managedFields':[{}],
                  'annotations':{'deployment.kubernetes.io/revision':'2',
                    'kubectl.kubernetes.io/last-applied-configuration':'{}'}},'status':{'ready':2}}
                """
            )
        );

    [Fact]
    public void Of_FieldsWithTheNamesOfBookkeepingInside_AreChanges() =>
        Assert.Equal(
            ["spec.status", "spec.uid"],
            Diff("{'spec':{'status':'a','uid':1}}", "{'spec':{'status':'b','uid':2}}").Select(c => c.Path)
        );

    [Fact]
    public void Of_ItemsWithNames_AreComparedByName() =>
        Assert.Equal(
            [new FieldChange("spec.subsets[v2]", null, "{\"name\":\"v2\"}")],
            Diff("{'spec':{'subsets':[{'name':'v1'}]}}", "{'spec':{'subsets':[{'name':'v2'},{'name':'v1'}]}}")
        );

    [Fact]
    public void Of_LabelAddedAndRemoved_TellsBoth() =>
        Assert.Equal(
            [
                new FieldChange("metadata.labels.istio-injection", null, "enabled"),
                new("metadata.labels.old", "1", null),
            ],
            Diff("{'metadata':{'labels':{'old':'1'}}}", "{'metadata':{'labels':{'istio-injection':'enabled'}}}")
        );

    [Fact]
    public void Of_ManyChanges_StopsAtTheLimit()
    {
        var values = Enumerable.Range(0, 100).Select(i => $"'k{i}':'{i}'");

        Assert.Equal(5, ObjectDiff.Of(Snapshots.Json("{'data':{}}"), Json(values), 5).Length);

        static System.Text.Json.JsonElement Json(IEnumerable<string> values) =>
            Snapshots.Json($"{{'data':{{{string.Join(',', values)}}}}}");
    }

    [Fact]
    public void Of_LongValue_IsCutShort() =>
        Assert.EndsWith(
            "…",
            Diff("{'a':1}", $"{{'a':'{new string('x', 5000)}'}}")[0].After,
            StringComparison.Ordinal
        );

    private static IReadOnlyList<FieldChange> Diff(string before, string after) =>
        ObjectDiff.Of(Snapshots.Json(before), Snapshots.Json(after), 50);
}
