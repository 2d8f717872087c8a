namespace Portal.Sandbox.Schema.Cel;

/// <summary>
/// A macro over the elements of a list or the keys of a map: <c>all</c>, <c>exists</c>, <c>exists_one</c>, <c>filter</c>, <c>map</c>,
/// <c>transformList</c>, <c>transformMap</c>. With a second variable the first is the index or key, the second the element.
/// </summary>
internal sealed record CelComprehension(string Macro, CelNode Range, string First, string? Second, CelNode? Filter, CelNode Body, int Position) : CelNode(Position)
{
    public static bool IsMacro(string name) => name is "all" or "exists" or "exists_one" or "existsOne" or "filter" or "map" or "transformList" or "transformMap";

    protected override object? Value(CelScope scope)
    {
        var elements = Elements(Range.Evaluate(scope), scope);
        return Macro switch
        {
            "all" => Quantified(elements, deciding: false),
            "exists" => Quantified(elements, deciding: true),
            "exists_one" or "existsOne" => elements.Count(s => Body.Test(s)) == 1,
            "filter" => elements.Where(s => Body.Test(s)).Select(s => s.Find(First)).ToList(),
            "transformMap" => TransformMap(elements),
            _ => elements.Where(s => Filter?.Test(s) != false).Select(s => Body.Evaluate(s)).ToList(),
        };
    }

    /// <summary>An element for which the body fails matters only when no other element decides.</summary>
    private bool Quantified(IEnumerable<CelScope> elements, bool deciding)
    {
        CelEvaluationException? failed = null;
        foreach (var element in elements)
        {
            try
            {
                if (Body.Test(element) == deciding) return deciding;
            }
            catch (CelEvaluationException e) when (e is not CelBudgetException)
            {
                failed = e;
            }
        }
        return failed is null ? !deciding : throw failed;
    }

    private CelMap TransformMap(IEnumerable<CelScope> elements)
    {
        var map = new Dictionary<object, object?>(CelValues.Comparer);
        foreach (var element in elements.Where(s => Filter?.Test(s) != false)) map[element.Find(First)!] = Body.Evaluate(element);
        return new CelMap(map);
    }

    private IEnumerable<CelScope> Elements(object? range, CelScope scope)
    {
        switch (range)
        {
            case IReadOnlyList<object?> list:
                for (var i = 0; i < list.Count; i++) yield return Second is null ? scope.With(First, list[i]) : scope.With(First, (long)i).With(Second, list[i]);
                break;
            case ICelMap map:
                foreach (var key in map.Keys)
                {
                    if (Second is null) yield return scope.With(First, key);
                    else if (map.TryGet(key, out var value)) yield return scope.With(First, key).With(Second, value);
                }
                break;
            default: throw CelEvaluationException.NoOverload();
        }
    }
}
