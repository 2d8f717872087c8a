using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Schema.Cel;

internal delegate object? CelFunction(object?[] arguments);

/// <summary>Operators and the standard functions; a method is the function with its receiver first.</summary>
internal static class CelFunctions
{
    /// <summary>Every function by name; unary minus is <c>-_</c>.</summary>
    public static FrozenDictionary<string, CelFunction> All { get; } = Operators().Concat(Standard()).Concat(Times()).Concat(CelStringFunctions.All).Concat(CelListFunctions.All).Concat(CelKubernetesFunctions.All)
        .ToFrozenDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);

    public static T Arg<T>(object?[] arguments, int index) => index < arguments.Length && arguments[index] is T value ? value : throw CelEvaluationException.NoOverload();

    /// <summary>A pattern of RE2, whose matches take time linear in the text.</summary>
    public static Regex Pattern(string pattern) =>
        Re2.Search(pattern) ?? throw new CelEvaluationException("error parsing regexp: " + pattern);

    public static bool Matches(string text, string pattern) => Pattern(pattern).IsMatch(text);

    private static Dictionary<string, CelFunction> Operators() => new()
    {
        ["=="] = a => CelValues.Same(a[0], a[1]),
        ["!="] = a => !CelValues.Same(a[0], a[1]),
        ["<"] = a => CelValues.Compare(a[0], a[1]) < 0,
        ["<="] = a => CelValues.Compare(a[0], a[1]) <= 0,
        [">"] = a => CelValues.Compare(a[0], a[1]) > 0,
        [">="] = a => CelValues.Compare(a[0], a[1]) >= 0,
        ["in"] = a => a[1] switch
        {
            IReadOnlyList<object?> list => list.Contains(a[0], CelValues.Comparer),
            ICelMap map => map.TryGet(a[0], out _),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["+"] = a => (a[0], a[1]) switch
        {
            (long x, long y) => InRange((Int128)x + y),
            (string x, string y) => x + y,
            (double x, double y) => x + y,
            (ulong x, ulong y) => Unsigned((Int128)x + y),
            (byte[] x, byte[] y) => (byte[])[.. x, .. y],
            (IReadOnlyList<object?> x, IReadOnlyList<object?> y) => (List<object?>)[.. x, .. y],
            (CelDuration x, CelDuration y) => new CelDuration(InRange((Int128)x.Nanoseconds + y.Nanoseconds)),
            (DateTimeOffset x, CelDuration y) => Shift(x, y.Span),
            (CelDuration x, DateTimeOffset y) => Shift(y, x.Span),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["-"] = a => (a[0], a[1]) switch
        {
            (long x, long y) => InRange((Int128)x - y),
            (double x, double y) => x - y,
            (ulong x, ulong y) => Unsigned((Int128)x - y),
            (CelDuration x, CelDuration y) => new CelDuration(InRange((Int128)x.Nanoseconds - y.Nanoseconds)),
            (DateTimeOffset x, CelDuration y) => Shift(x, -y.Span),
            (DateTimeOffset x, DateTimeOffset y) => new CelDuration(InRange((Int128)(x - y).Ticks * 100)),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["*"] = a => (a[0], a[1]) switch
        {
            (long x, long y) => (object)InRange((Int128)x * y),
            (double x, double y) => x * y,
            (ulong x, ulong y) => Unsigned((BigInteger)x * y > ulong.MaxValue ? -1 : (Int128)x * y),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["/"] = a => (a[0], a[1]) switch
        {
            (long, 0L) or (ulong, 0UL) => throw new CelEvaluationException("division by zero"),
            (long x, long y) => (object)InRange((Int128)x / y),
            (double x, double y) => x / y,
            (ulong x, ulong y) => x / y,
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["%"] = a => (a[0], a[1]) switch
        {
            (long, 0L) or (ulong, 0UL) => throw new CelEvaluationException("modulus by zero"),
            (long x, long y) => InRange((Int128)x % y),
            (ulong x, ulong y) => x % y,
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["-_"] = a => a[0] switch { long x => (object)InRange(-(Int128)x), double x => -x, _ => throw CelEvaluationException.NoOverload() },
    };

    private static Dictionary<string, CelFunction> Standard() => new()
    {
        ["size"] = a => a[0] switch
        {
            string s => (long)s.EnumerateRunes().Count(),
            byte[] b => (long)b.Length,
            IReadOnlyList<object?> l => (long)l.Count,
            ICelMap m => (long)m.Count,
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["matches"] = a => Matches(Arg<string>(a, 0), Arg<string>(a, 1)),
        ["type"] = a => new CelType(CelValues.TypeName(a[0])),
        ["dyn"] = a => a[0],
        ["int"] = a => a[0] switch
        {
            long n => n,
            ulong n => n <= long.MaxValue ? (long)n : throw CelEvaluationException.Overflow(),
            double d => double.Abs(d) < 9.2233720368547748e18 ? (long)d : throw CelEvaluationException.Overflow(),
            string s => long.TryParse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : throw CelEvaluationException.Conversion(s, "int"),
            DateTimeOffset t => t.ToUnixTimeSeconds(),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["uint"] = a => a[0] switch
        {
            ulong n => n,
            long n => n >= 0 ? (ulong)n : throw new CelEvaluationException("unsigned integer overflow"),
            double d => d is >= 0 and < 1.8446744073709550e19 ? (ulong)d : throw new CelEvaluationException("unsigned integer overflow"),
            string s => ulong.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : throw CelEvaluationException.Conversion(s, "uint"),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["double"] = a => a[0] switch
        {
            double d => d,
            long n => (double)n,
            ulong n => (double)n,
            string s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d : throw CelEvaluationException.Conversion(s, "double"),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["bool"] = a => a[0] switch
        {
            bool b => b,
            "true" or "True" or "TRUE" or "t" or "1" => true,
            "false" or "False" or "FALSE" or "f" or "0" => false,
            string s => throw CelEvaluationException.Conversion(s, "bool"),
            _ => throw CelEvaluationException.NoOverload(),
        },
        ["string"] = a => a[0] is IReadOnlyList<object?> or ICelMap or null ? throw CelEvaluationException.NoOverload() : CelValues.Text(a[0]),
        ["bytes"] = a => a[0] is string s ? Encoding.UTF8.GetBytes(s) : Arg<byte[]>(a, 0),
        ["optional.of"] = a => CelOptional.Of(a[0]),
        ["optional.none"] = _ => CelOptional.None,
        ["optional.ofNonZeroValue"] = a => a[0] is null or false or 0L or 0UL or 0d or "" or IReadOnlyList<object?> { Count: 0 } or ICelMap { Count: 0 } ? CelOptional.None : CelOptional.Of(a[0]),
        ["hasValue"] = a => Arg<CelOptional>(a, 0).HasValue,
        ["value"] = a => Arg<CelOptional>(a, 0) is { HasValue: true } o ? o.Value : throw new CelEvaluationException("optional.none() dereference"),
        ["orValue"] = a => Arg<CelOptional>(a, 0) is { HasValue: true } o ? o.Value : a[1],
        ["or"] = a => Arg<CelOptional>(a, 0) is { HasValue: true } o ? o : a[1],
        ["math.greatest"] = a => Operands(a).Aggregate((x, y) => CelValues.Compare(x, y) >= 0 ? x : y),
        ["math.least"] = a => Operands(a).Aggregate((x, y) => CelValues.Compare(x, y) <= 0 ? x : y),
    };

    private static Dictionary<string, CelFunction> Times()
    {
        var functions = new Dictionary<string, CelFunction>
        {
            ["duration"] = a => a[0] is CelDuration d ? d : CelDuration.Parse(Arg<string>(a, 0)) ?? throw CelEvaluationException.Conversion(a[0], "google.protobuf.Duration"),
            ["timestamp"] = a => a[0] switch
            {
                DateTimeOffset t => t,
                string s => CelValues.ParseTime(s) ?? throw CelEvaluationException.Conversion(s, "google.protobuf.Timestamp"),
                long n and >= -62135596800 and <= 253402300799 => DateTimeOffset.FromUnixTimeSeconds(n),
                _ => throw CelEvaluationException.NoOverload(),
            },
            ["getHours"] = a => a[0] is CelDuration d ? d.Nanoseconds / 3_600_000_000_000 : Local(a).Hour,
            ["getMinutes"] = a => a[0] is CelDuration d ? d.Nanoseconds / 60_000_000_000 : Local(a).Minute,
            ["getSeconds"] = a => a[0] is CelDuration d ? d.Nanoseconds / 1_000_000_000 : Local(a).Second,
            ["getMilliseconds"] = a => a[0] is CelDuration d ? d.Nanoseconds / 1_000_000 % 1000 : Local(a).Millisecond,
            ["getFullYear"] = a => (long)Local(a).Year,
            ["getMonth"] = a => (long)Local(a).Month - 1,
            ["getDate"] = a => (long)Local(a).Day,
            ["getDayOfMonth"] = a => (long)Local(a).Day - 1,
            ["getDayOfWeek"] = a => (long)Local(a).DayOfWeek,
            ["getDayOfYear"] = a => (long)Local(a).DayOfYear - 1,
        };
        return functions;
    }

    /// <summary>The operands of <c>math.greatest(1, 2)</c> or <c>math.greatest([1, 2])</c>.</summary>
    private static IReadOnlyList<object?> Operands(object?[] arguments)
    {
        var operands = arguments is [IReadOnlyList<object?> list] ? list : arguments;
        return operands.Count > 0 ? operands : throw CelEvaluationException.NoOverload();
    }

    private static DateTimeOffset Local(object?[] arguments)
    {
        var time = Arg<DateTimeOffset>(arguments, 0).ToUniversalTime();
        if (arguments.Length == 1) return time;
        var zone = Arg<string>(arguments, 1);
        if (TimeSpan.TryParseExact(zone.TrimStart('+', '-'), @"hh\:mm", CultureInfo.InvariantCulture, out var offset)) return Shift(time, zone.StartsWith('-') ? -offset : offset);
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? TimeZoneInfo.ConvertTime(time, found) : throw new CelEvaluationException($"unknown time zone {zone}");
    }

    private static DateTimeOffset Shift(DateTimeOffset time, TimeSpan by)
    {
        try
        {
            return time + by;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new CelEvaluationException("timestamp overflow");
        }
    }

    private static long InRange(Int128 n) => n >= long.MinValue && n <= long.MaxValue ? (long)n : throw CelEvaluationException.Overflow();

    private static ulong Unsigned(Int128 n) => n >= 0 && n <= ulong.MaxValue ? (ulong)n : throw new CelEvaluationException("unsigned integer overflow");
}
