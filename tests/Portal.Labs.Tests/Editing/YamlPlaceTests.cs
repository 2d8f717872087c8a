using Portal.Labs.Editing;
using Xunit;

namespace Portal.Labs.Tests.Editing;

/// <summary>Documents with a bar where the position is.</summary>
public sealed class YamlPlaceTests
{
    [Theory]
    [InlineData("|", "", false)]
    [InlineData("spec:\n  |", "spec", false)]
    [InlineData("spec:\n|", "", false)]
    [InlineData("spec:\n  ho|", "spec", false)]
    [InlineData("spec:\n  host: |", "spec.host", true)]
    [InlineData("spec:\n  host: rev|", "spec.host", true)]
    [InlineData("kind: |", "kind", true)]
    [InlineData("spec:\n  http:\n  - |", "spec.http.[]", false)]
    [InlineData("spec:\n  http:\n    - |", "spec.http.[]", false)]
    [InlineData("spec:\n  http:\n  - route:\n    |", "spec.http.[]", false)]
    [InlineData(
        "spec:\n  http:\n  - route:\n    - destination:\n        ho|",
        "spec.http.[].route.[].destination",
        false
    )]
    [InlineData("spec:\n  http:\n  - route:\n    - weight: |", "spec.http.[].route.[].weight", true)]
    [InlineData("spec:\n  http:\n  - a: 1\n  |", "spec", false)]
    [InlineData("spec:\n  hosts:\n  - re|", "spec.hosts.[]", false)]
    [InlineData("a:\n- b:\n  - - c|", "a.[].b.[].[]", false)]
    [InlineData("a: 1\n---\nb:\n  |", "b", false)]
    [InlineData("b:\n  |\n---\na: 1", "b", false)]
    [InlineData("a:\n  text: |\n    b:\n    c:\n  |", "a", false, 1)]
    [InlineData("a:\n- text: |-\n    b:\n  |", "a.[]", false, 1)]
    [InlineData("a:\n- |\n  b:\n- c|", "a.[]", false, 1)]
    [InlineData("\"a b\":\n  'c': |", "a b.c", true)]
    [InlineData("a: # why\n  # b:\n  |", "a", false)]
    [InlineData("a:\n  b.c/d: x\n  |", "a", false)]
    [InlineData("a:\r\n  b|", "a", false)]
    [InlineData("a:\n  image: x:1\n  |", "a", false)]
    public void At_Position_IsFoundByLines(string text, string path, bool isValue, int skipped = 0)
    {
        var place = Place(text, skipped);

        Assert.NotNull(place);
        Assert.Equal(path, string.Join('.', place.Path.Select(s => s.Name ?? "[]")));
        Assert.Equal(isValue, place.IsValue);
    }

    [Theory]
    [InlineData("a:\n  text: |\n    b|", 1)]
    [InlineData("a: {b: |")]
    [InlineData("a: [|")]
    [InlineData("# a|")]
    [InlineData("a:\n  -|")]
    public void At_TextCommentOrBraces_IsNoPlace(string text, int skipped = 0) => Assert.Null(Place(text, skipped));

    [Fact]
    public void At_Object_KnowsItsOtherFieldsAndNoOthers()
    {
        var place = Place("kind: A\nspec:\n  a: 1\n  list:\n  - x: 1\n    y: 2\n  - z: 1\n    |\n    w: 3\n  b: 2\n")!;

        Assert.Equal(["w", "z"], place.Siblings.Order());
        Assert.Equal("A", place.Root["kind"]);
    }

    [Theory]
    [InlineData("a:\n    |", 0)]
    [InlineData("a:\n  - |", 2)]
    [InlineData("a:\n  - - b|", 4)]
    public void At_BehindDashes_KnowsHowFarRight(string text, int indent) => Assert.Equal(indent, Place(text)!.Indent);

    [Theory]
    [InlineData("spec:\n  ho|", "ho", 2, 4)]
    [InlineData("spec:\n  - ho|", "ho", 4, 6)]
    [InlineData("spec:\n  ho|sts: x", "ho", 2, 7)]
    [InlineData("kind:  Vir|", "Vir", 7, 10)]
    public void At_Word_IsWhatIsReplaced(string text, string word, int start, int end)
    {
        var place = Place(text)!;

        Assert.Equal((word, start, end), (place.Word, place.Start, place.End));
    }

    [Fact]
    public void At_Whole_IsTheNameAroundThePosition() =>
        Assert.Equal("hosts", Place("spec:\n  ho|sts: x", whole: true)!.Word);

    /// <param name="skipped">Bars before the one that is meant.</param>
    private static YamlPlace? Place(string text, int skipped = 0, bool whole = false)
    {
        var at = text.IndexOf('|', StringComparison.Ordinal);
        for (; skipped > 0; skipped--) at = text.IndexOf('|', at + 1);
        var before = text[..at].Split('\n');
        return YamlPlace.At(text.Remove(at, 1), before.Length - 1, before[^1].Length, whole);
    }
}
