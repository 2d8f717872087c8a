namespace Portal.Sandbox.Schema.Cel;

/// <summary>
/// What a call costs before it is made: as many steps as it reads and writes, so that what doubles with each call, or
/// looks at every pair, is refused before it is gigabytes. Kubernetes estimates costs in the same spirit
/// (k8s.io/apiserver/pkg/cel/library/cost.go).
/// </summary>
internal static class CelCost
{
    /// <summary>Characters that are read or written in a step.</summary>
    private const int CharactersPerStep = 10;

    public static long Of(string name, object?[] arguments)
    {
        long read = 1;
        foreach (var a in arguments) read += Size(a);
        return read + name switch
        {
            "replace" when arguments is [string text, string old, string replacement, ..] => (long)(text.Length / Math.Max(1, old.Length)) * replacement.Length / CharactersPerStep,
            "join" or "sum" or "flatten" when arguments is [IReadOnlyList<object?> items, ..] => items.Sum(Size) + (long)items.Count * Size(arguments[^1]),
            "format" when arguments is [_, IReadOnlyList<object?> items] => items.Sum(Size),
            "sets.contains" or "sets.intersects" or "sets.equivalent" when arguments is [IReadOnlyList<object?> left, IReadOnlyList<object?> right] => (long)left.Count * right.Count,
            _ => 0,
        };
    }

    private static long Size(object? value) => value switch
    {
        string text => text.Length / CharactersPerStep,
        byte[] bytes => bytes.Length / CharactersPerStep,
        IReadOnlyList<object?> list => list.Count,
        _ => 0,
    };
}
