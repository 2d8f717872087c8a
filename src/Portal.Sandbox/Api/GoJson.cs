using System.Text;
using System.Text.Json;

namespace Portal.Sandbox.Api;

/// <summary>JSON syntax errors in the words of Go's encoding/json, which clients print.</summary>
internal static class GoJson
{
    private static readonly byte[][] s_literals = ["true"u8.ToArray(), "false"u8.ToArray(), "null"u8.ToArray()];

    public static string Describe(ReadOnlySpan<byte> body, JsonException e)
    {
        var at = Offset(body, e);
        if (at >= body.Length) return "unexpected end of JSON input";
        var found = Quote(body[at]);
        foreach (var literal in s_literals)
        {
            for (var read = 1; read < literal.Length && read <= at; read++)
            {
                if (body[(at - read)..at].SequenceEqual(literal.AsSpan(0, read))) return $"invalid character {found} in literal {Encoding.ASCII.GetString(literal)} (expecting {Quote(literal[read])})";
            }
        }
        for (var i = at - 1; i >= 0; i--)
        {
            switch (body[i])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n': continue;
                case (byte)'{': return $"invalid character {found} looking for beginning of object key string";
                case (byte)':' or (byte)'[': return $"invalid character {found} looking for beginning of value";
                case (byte)',': return body[at] == '}' ? $"invalid character {found} looking for beginning of object key string" : $"invalid character {found} looking for beginning of value";
                case (byte)'"': return $"invalid character {found} after object key";
                default: return $"invalid character {found} after top-level value";
            }
        }
        return $"invalid character {found} looking for beginning of value";
    }

    public static string NotAnObject(ReadOnlySpan<byte> body) =>
        $"couldn't get version/kind; json parse error: json: cannot unmarshal {Kind(body)} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}";

    /// <summary>The beginning of a body, as text when it looks like an object (apimachinery/pkg/runtime/codec summarises alike).</summary>
    public static string Summary(ReadOnlySpan<byte> body)
    {
        const int Shown = 17;
        if (body.Length == 0) return "<empty>";
        var start = body[..Math.Min(body.Length, Shown)];
        return (body[0] == '{' ? Encoding.UTF8.GetString(start) : Convert.ToHexStringLower(start)) + (body.Length > Shown ? " ..." : "");
    }

    private static string Kind(ReadOnlySpan<byte> body)
    {
        foreach (var b in body)
        {
            if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            return b switch { (byte)'[' => "array", (byte)'"' => "string", (byte)'t' or (byte)'f' => "bool", _ => "number" };
        }
        return "array";
    }

    private static int Offset(ReadOnlySpan<byte> body, JsonException e)
    {
        var line = e.LineNumber ?? 0;
        var i = 0;
        for (; line > 0 && i < body.Length; i++)
        {
            if (body[i] == '\n') line--;
        }
        return (int)Math.Min(i + (e.BytePositionInLine ?? 0), body.Length);
    }

    private static string Quote(byte b) => b switch { (byte)'\'' => "'\\''", < 0x20 or >= 0x7f => "'" + Encoding.Latin1.GetString([b]) + "'", _ => $"'{(char)b}'" };
}
