using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class PreviewDiffTests
{
    private const string Reviews = "networking.istio.io.v1.VirtualService.bookinfo.reviews";

    private const string Output = $"""
        diff -u -N /tmp/LIVE-1/{Reviews} /tmp/MERGED-2/{Reviews}
        --- /tmp/LIVE-1/{Reviews}	2026-11-28
        +++ /tmp/MERGED-2/{Reviews}	2026-11-28
        @@ -6,7 +6,7 @@
         metadata:
        -  generation: 1
        +  generation: 2
        @@ -20,2 +20,3 @@
           - destination:
        -    weight: 100
        +    weight: 90
        @@ -30 +31 @@
        +  end: true
        diff -u -N /tmp/LIVE-1/v1.Namespace..shop /tmp/MERGED-2/v1.Namespace..shop
        --- /tmp/LIVE-1/v1.Namespace..shop	2026-11-28
        +++ /tmp/MERGED-2/v1.Namespace..shop	2026-11-28
        @@ -0,0 +1 @@
        +--- not a heading
        """;

    [Fact]
    public void Read_Diffs_AreOneAnObjectWithoutWhatIsCounted()
    {
        var objects = PreviewDiff.Read(Output);

        Assert.Equal(["VirtualService bookinfo/reviews", "Namespace shop"], objects.Select(o => o.Title));
        Assert.Equal(
            [
                (' ', "  - destination:"),
                ('-', "    weight: 100"),
                ('+', "    weight: 90"),
                (' ', "…"),
                ('+', "  end: true"),
            ],
            objects[0].Lines.Select(l => (l.Mark, l.Text))
        );
        Assert.Equal([('+', "--- not a heading")], objects[1].Lines.Select(l => (l.Mark, l.Text)));
    }

    [Theory]
    [InlineData("apps.v1.Deployment.a.b", "Deployment a/b")]
    [InlineData("rbac.authorization.k8s.io.v1.ClusterRole..system:node.x", "ClusterRole system:node.x")]
    [InlineData("autoscaling.v2beta1.HorizontalPodAutoscaler.a.b.c", "HorizontalPodAutoscaler a/b.c")]
    [InlineData("something", "something")]
    public void Read_Title_IsKindAndName(string file, string title) =>
        Assert.Equal(
            title,
            Assert.Single(PreviewDiff.Read($"diff -u -N /tmp/LIVE-1/{file} /tmp/MERGED-1/{file}")).Title
        );

    [Fact]
    public void Read_AnythingElse_IsNothing() => Assert.Empty(PreviewDiff.Read("error: no such file\n+ a\n"));
}
