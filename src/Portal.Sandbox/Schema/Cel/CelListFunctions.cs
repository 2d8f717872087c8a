using static Portal.Sandbox.Schema.Cel.CelFunctions;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>Kubernetes' list library, cel-go's lists and sets; <c>indexOf</c> and <c>lastIndexOf</c> serve strings too.</summary>
internal static class CelListFunctions
{
    public static Dictionary<string, CelFunction> All { get; } = new()
    {
        ["isSorted"] = a => List(a).Zip(List(a).Skip(1)).All(p => CelValues.Compare(p.First, p.Second) <= 0),
        ["sum"] = a => List(a) is { Count: > 0 } list ? list.Aggregate((x, y) => CelFunctions.All["+"]([x, y])) : 0L,
        ["min"] = a => List(a) is { Count: > 0 } list ? list.Aggregate((x, y) => CelValues.Compare(x, y) <= 0 ? x : y) : throw new CelEvaluationException("min called on empty list"),
        ["max"] = a => List(a) is { Count: > 0 } list ? list.Aggregate((x, y) => CelValues.Compare(x, y) >= 0 ? x : y) : throw new CelEvaluationException("max called on empty list"),
        ["indexOf"] = a => a[0] is string s ? IndexOf(s, Arg<string>(a, 1), a.Length > 2 ? Arg<long>(a, 2) : 0) : Position(List(a), a[1]),
        ["lastIndexOf"] = a => a[0] is string s ? LastIndexOf(s, Arg<string>(a, 1), a.Length > 2 ? Arg<long>(a, 2) : s.Length) : List(a).Count - 1 - Position([.. List(a).Reverse()], a[1]) is var at && at < List(a).Count ? (long)at : -1L,
        ["distinct"] = a => List(a).Distinct(CelValues.Comparer).ToList(),
        ["sort"] = a => List(a).Order(Comparer<object?>.Create(CelValues.Compare)).ToList(),
        ["flatten"] = a => List(a).SelectMany(i => i is IReadOnlyList<object?> inner ? inner : [i]).ToList(),
        ["slice"] = a => (Arg<long>(a, 1), Arg<long>(a, 2)) is var (from, to) && from >= 0 && from <= to && to <= List(a).Count
            ? List(a).Skip((int)from).Take((int)(to - from)).ToList() : throw CelStringFunctions.OutOfRange(Arg<long>(a, 2)),
        ["lists.range"] = a => Arg<long>(a, 0) is >= 0 and <= 10_000 and var n ? Enumerable.Range(0, (int)n).Select(i => (object?)(long)i).ToList() : throw CelStringFunctions.OutOfRange(Arg<long>(a, 0)),
        ["first"] = a => List(a) is { Count: > 0 } list ? CelOptional.Of(list[0]) : CelOptional.None,
        ["last"] = a => List(a) is { Count: > 0 } list ? CelOptional.Of(list[^1]) : CelOptional.None,
        ["sets.contains"] = a => List(a, 1).All(i => List(a).Contains(i, CelValues.Comparer)),
        ["sets.intersects"] = a => List(a, 1).Any(i => List(a).Contains(i, CelValues.Comparer)),
        ["sets.equivalent"] = a => List(a, 1).All(i => List(a).Contains(i, CelValues.Comparer)) && List(a).All(i => List(a, 1).Contains(i, CelValues.Comparer)),
    };

    private static IReadOnlyList<object?> List(object?[] arguments, int index = 0) => Arg<IReadOnlyList<object?>>(arguments, index);

    private static long Position(IReadOnlyList<object?> list, object? wanted)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (CelValues.Same(list[i], wanted)) return i;
        }
        return -1;
    }

    private static long IndexOf(string text, string part, long from) =>
        from >= 0 && from <= text.Length ? text.IndexOf(part, (int)from, StringComparison.Ordinal) : throw CelStringFunctions.OutOfRange(from);

    private static long LastIndexOf(string text, string part, long from)
    {
        if (from < 0 || from > text.Length) throw CelStringFunctions.OutOfRange(from);
        for (var i = Math.Min((int)from, text.Length - part.Length); i >= 0; i--)
        {
            if (string.CompareOrdinal(text, i, part, 0, part.Length) == 0) return i;
        }
        return -1;
    }
}
