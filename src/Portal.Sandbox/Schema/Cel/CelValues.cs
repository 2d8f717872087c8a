using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>A type as a value: <c>type(x) == string</c>.</summary>
internal sealed record CelType(string Name);

/// <summary>Go's durations: nanoseconds.</summary>
internal readonly record struct CelDuration(long Nanoseconds) : IComparable<CelDuration>
{
    private static readonly System.Buffers.SearchValues<char> s_digits = System.Buffers.SearchValues.Create("0123456789.");

    public int CompareTo(CelDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public TimeSpan Span => TimeSpan.FromTicks(Nanoseconds / 100);

    /// <summary>Reads <c>1h2m3.5s</c> as Go does; null for anything else.</summary>
    public static CelDuration? Parse(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest is "0") return new(0);
        if (rest.IsEmpty) return null;
        decimal total = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(s_digits);
            if (digits < 0) digits = rest.Length;
            if (digits == 0 || digits > 18 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
            rest = rest[digits..];
            var length = rest.IndexOfAny(s_digits) is >= 0 and var next ? next : rest.Length;
            decimal? unit = rest[..length] switch { "ns" => 1, "us" or "µs" or "μs" => 1_000, "ms" => 1_000_000, "s" => 1_000_000_000, "m" => 60_000_000_000, "h" => 3_600_000_000_000, _ => null };
            if (unit is null) return null;
            total += number * unit.Value;
            if (total > long.MaxValue) return null;
            rest = rest[length..];
        }
        return new((long)(negative ? -total : total));
    }
}

/// <summary>A value that may be absent: <c>optional.of(x)</c>, <c>a.?b</c>, an <c>oldSelf</c> that need not exist.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static CelOptional None { get; } = new(false, null);

    public static CelOptional Of(object? value) => new(true, value);
}

/// <summary>A map or an object. Keys are strings for JSON, any scalar for literals.</summary>
internal interface ICelMap
{
    int Count { get; }
    IEnumerable<object> Keys { get; }
    bool TryGet(object? key, out object? value);
}

internal sealed class CelMap(Dictionary<object, object?> entries) : ICelMap
{
    public int Count => entries.Count;
    public IEnumerable<object> Keys => entries.Keys;
    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return key is not null && entries.TryGetValue(key, out value);
    }
}

/// <summary>A JSON object seen through its schema; values are converted when they are asked for.</summary>
internal sealed class CelJsonObject(JsonObject json, SchemaNode? schema) : ICelMap
{
    public int Count => json.Count;

    public IEnumerable<object> Keys => json.Select(p => (object)p.Key);

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (key is not string name || !json.TryGetPropertyValue(name, out var node)) return false;
        value = CelValues.FromJson(node, schema?.Child(name));
        return true;
    }
}

/// <summary>Conversion, equality, order and text of values.</summary>
internal sealed class CelValues : IEqualityComparer<object?>
{
    public static CelValues Comparer { get; } = new();

    public static object? FromJson(JsonNode? node, SchemaNode? schema)
    {
        switch (node)
        {
            case JsonObject obj: return new CelJsonObject(obj, schema);
            case JsonArray array: return array.Select(i => FromJson(i, schema?.Items)).ToList();
            case null: return null;
        }
        switch (node.GetValueKind())
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.String:
                var text = node.ToString();
                return schema?.Rules?.Format switch
                {
                    "date-time" => ParseTime(text) is { } time ? time : text,
                    "date" => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : text,
                    "duration" => CelDuration.Parse(text) is { } duration ? duration : text,
                    "byte" => TryBase64(text, out var bytes) ? bytes : text,
                    _ => text,
                };
            default:
                if (schema?.Type != SchemaType.Number && node.Num() is { } number) return number;
                return double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d : 0d;
        }
    }

    public static DateTimeOffset? ParseTime(string text) =>
        text.Length >= 20 && text[10] is 'T' or 't' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public new bool Equals(object? a, object? b) => Same(a, b);

    public int GetHashCode(object? value) => value switch
    {
        null => 0,
        long or ulong or double => Convert.ToDouble(value, CultureInfo.InvariantCulture).GetHashCode(),
        string or bool or CelDuration or DateTimeOffset or CelType => value.GetHashCode(),
        _ => 1,
    };

    public static bool Same(object? a, object? b)
    {
        switch (a, b)
        {
            case (null, null): return true;
            case (null, _) or (_, null): return false;
            case (double x, double y): return x == y;
            case (long or ulong or double, long or ulong or double): return Compare(a, b) == 0;
            case (byte[] x, byte[] y): return x.AsSpan().SequenceEqual(y);
            case (IReadOnlyList<object?> x, IReadOnlyList<object?> y): return x.SequenceEqual(y, Comparer);
            case (CelOptional x, CelOptional y): return x.HasValue == y.HasValue && Same(x.Value, y.Value);
            case (ICelMap x, ICelMap y):
                return x.Count == y.Count && x.Keys.All(k => x.TryGet(k, out var v) && y.TryGet(k, out var w) && Same(v, w));
            default: return a!.Equals(b);
        }
    }

    public static int Compare(object? a, object? b) => (a, b) switch
    {
        (long x, long y) => x.CompareTo(y),
        (ulong x, ulong y) => x.CompareTo(y),
        (long x, ulong y) => x < 0 ? -1 : ((ulong)x).CompareTo(y),
        (ulong x, long y) => y < 0 ? 1 : x.CompareTo((ulong)y),
        (long or ulong or double, long or ulong or double) => Convert.ToDouble(a, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(b, CultureInfo.InvariantCulture)),
        (string x, string y) => Math.Sign(string.CompareOrdinal(x, y)),
        (bool x, bool y) => x.CompareTo(y),
        (byte[] x, byte[] y) => x.AsSpan().SequenceCompareTo(y),
        (CelDuration x, CelDuration y) => x.CompareTo(y),
        (DateTimeOffset x, DateTimeOffset y) => x.CompareTo(y),
        _ => throw CelEvaluationException.NoOverload(),
    };

    public static string TypeName(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        byte[] => "bytes",
        CelDuration => "google.protobuf.Duration",
        DateTimeOffset => "google.protobuf.Timestamp",
        IReadOnlyList<object?> => "list",
        ICelMap => "map",
        CelType => "type",
        CelOptional => "optional_type",
        CelUrl => "kubernetes.URL",
        _ => value.GetType().Name,
    };

    /// <summary>What <c>string(x)</c> gives.</summary>
    public static string Text(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        CelDuration d => (d.Nanoseconds / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture) + "s",
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        CelType t => t.Name,
        IReadOnlyList<object?> list => "[" + string.Join(", ", list.Select(Text)) + "]",
        ICelMap map => "{" + string.Join(", ", map.Keys.Select(k => Text(k) + ": " + (map.TryGet(k, out var v) ? Text(v) : ""))) + "}",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var good = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = bytes[..length];
        return good;
    }
}
