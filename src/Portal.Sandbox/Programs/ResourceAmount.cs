using System.Globalization;

namespace Portal.Sandbox.Programs;

/// <summary>Amounts of resources as numbers, for adding up and comparing.</summary>
internal static class ResourceAmount
{
    private static readonly (string Suffix, double Factor)[] s_suffixes =
    [
        ("Ki", 1024d), ("Mi", 1048576d), ("Gi", 1073741824d), ("Ti", 1099511627776d), ("Pi", 1125899906842624d), ("Ei", 1152921504606846976d),
        ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
    ];

    /// <summary>The value of a quantity such as <c>250m</c> or <c>1Gi</c>; zero for what is none.</summary>
    public static double Parse(string? quantity)
    {
        if (string.IsNullOrEmpty(quantity)) return 0;
        foreach (var (suffix, factor) in s_suffixes)
            if (quantity.EndsWith(suffix, StringComparison.Ordinal)) return double.TryParse(quantity.AsSpan(0, quantity.Length - suffix.Length), CultureInfo.InvariantCulture, out var n) ? n * factor : 0;
        return double.TryParse(quantity, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
