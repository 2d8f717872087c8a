using System.Collections.Immutable;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;
using Portal.Testing.Lessons;
using Portal.Web.Components.Cluster;
using Xunit;

namespace Portal.Web.Tests.Cluster;

/// <summary>Nothing in the picture covers anything, whatever there is and whatever it is called.</summary>
public sealed class MeshLayoutTests
{
    private static readonly string s_long = new('W', 63);

    [Theory]
    [InlineData("bookinfo", true)]
    [InlineData("bookinfo", false)]
    [InlineData("twenty", true)]
    [InlineData("twenty", false)]
    [InlineData("long", true)]
    [InlineData("long", false)]
    public void Place_NodesAndLabels_DoNotMeet(string mesh, bool narrow)
    {
        var layout = Place(mesh, narrow);
        List<(string Name, MeshBox Box)> boxes =
        [
            .. layout.Nodes.Select(n => (n.Node.Id, n.Box)),
            .. layout.Edges.Where(e => !e.Lines.IsEmpty).Select(e => ("label of " + e.Edge.Id, e.Label)),
        ];

        Assert.True(layout.Edges.Count(e => !e.Lines.IsEmpty) >= 3);
        var meeting = boxes.SelectMany(
            (a, i) => boxes.Skip(i + 1).Where(b => a.Box.Meets(b.Box)).Select(b => $"{a.Name} and {b.Name}")
        );
        Assert.Empty(meeting);
        Assert.All(
            boxes,
            b =>
                Assert.True(
                    b.Box.X >= 0
                        && b.Box.Y >= 0
                        && b.Box.X + b.Box.Width <= layout.Width
                        && b.Box.Bottom <= layout.Height,
                    b.Name
                )
        );
    }

    [Theory]
    [InlineData("bookinfo", true)]
    [InlineData("long", true)]
    [InlineData("long", false)]
    public void Place_Texts_FitTheirBoxes(string mesh, bool narrow)
    {
        // Widths of the widest usual letters in the fonts of the picture, at 13, 11 and 11.5 px.
        const double Name = 7.2,
            Note = 5.8,
            Label = 6.2;

        Assert.All(
            Place(mesh, narrow).Nodes,
            n =>
            {
                var room = n.Box.Width - (2 * MeshLayout.Pad);
                Assert.True(n.Name.Length * Name <= room, n.Name);
                Assert.True(n.Note.Length * Note <= room, n.Note);
                Assert.All(n.Marks, m => Assert.True((m.Text.Length * Note) + 16 <= room, m.Text));
                Assert.True(42 + (n.Marks.Length * MeshLayout.Line) <= n.Box.Height);
            }
        );
        Assert.All(
            Place(mesh, narrow).Edges,
            e => Assert.All(e.Lines, l => Assert.True(l.Length * Label <= e.Label.Width, l))
        );
    }

    [Fact]
    public void Place_Phone_NeedsNoScrolling() => Assert.True(Place("bookinfo", narrow: true).Width <= 390 - (2 * 14));

    private static MeshLayout Place(string mesh, bool narrow)
    {
        var bookinfo = SampleSummary.Bookinfo(DateTimeOffset.UnixEpoch);
        ImmutableArray<string> names = mesh switch
        {
            "twenty" => [.. Enumerable.Range(1, 20).Select(i => $"service-{i}")],
            "long" => [s_long, s_long + "x"],
            _ => [],
        };
        var summary = names.IsEmpty
            ? bookinfo
            : bookinfo with
            {
                Services = [.. names.Select(SampleSummary.Service)],
                Workloads =
                [
                    .. names.SelectMany(n => (string[])[n + "-v1", n + "-v2"]).Select(n => SampleSummary.Workload(n)),
                ],
                Gateways =
                [
                    .. names
                        .Take(3)
                        .Select(n => bookinfo.Gateways[0] with { Name = n, Key = SampleSummary.Key("Gateway", n) }),
                ],
                VirtualServices =
                [
                    .. names.Select(n => new VirtualServiceRow(
                        SampleSummary.Key("VirtualService", n),
                        "bookinfo",
                        n,
                        [n],
                        [.. names.Take(3), "mesh"],
                        [
                            new(
                                "",
                                [new(n, "v1", 33, 33.3), new(n, "v2", 67, 66.7)],
                                [
                                    "delay 500ms 12.5 %",
                                    "timeout 2s",
                                    "retries 3, 500ms each, on 5xx,connect-failure",
                                    "mirror to " + n,
                                    "rewrite",
                                ]
                            ),
                        ]
                    )),
                ],
                DestinationRules =
                [
                    .. names.Select(n => new DestinationRuleRow(
                        SampleSummary.Key("DestinationRule", n),
                        "bookinfo",
                        n,
                        n,
                        ["v1", "v2"],
                        ["max pending requests 1"]
                    )),
                ],
                ServiceEntries =
                [
                    new(
                        SampleSummary.Key("ServiceEntry", "e"),
                        "bookinfo",
                        "e",
                        [s_long + ".example.com"],
                        "443 TLS",
                        true
                    ),
                ],
            };
        MeshTraffic traffic = new(
            true,
            [
                .. summary
                    .Workloads.Where(w => w.Namespace == "bookinfo")
                    .Select(w => new MeshFlow(
                        "bookinfo",
                        "caller",
                        "bookinfo",
                        w.Name[..^3],
                        w.Name,
                        12345.6,
                        12345.6,
                        TimeSpan.FromSeconds(12.3)
                    )),
            ]
        );
        var graph = MeshGraph.Build(summary, "bookinfo", traffic);
        return narrow ? MeshLayout.Narrow(graph) : MeshLayout.Wide(graph);
    }
}
