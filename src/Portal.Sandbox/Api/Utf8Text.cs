using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Portal.Sandbox.Api;

/// <summary>JSON text as Go reads it: what is no Unicode becomes the replacement character, be it bytes or escapes.</summary>
internal static class Utf8Text
{
    /// <returns>The body itself when nothing is wrong with it.</returns>
    public static byte[] Repair(byte[] body)
    {
        if (!Utf8.IsValid(body)) body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body));
        return body.AsSpan().IndexOf("\\ud"u8) >= 0 || body.AsSpan().IndexOf("\\uD"u8) >= 0 ? RepairEscapes(body) : body;
    }

    /// <summary>Escapes of half a character are replaced; they have the replacement's length.</summary>
    private static byte[] RepairEscapes(byte[] body)
    {
        var repaired = (byte[])body.Clone();
        for (var i = 0; i + 1 < repaired.Length; i++)
        {
            if (repaired[i] != '\\') continue;
            if (Code(repaired, i) is not { } first || !char.IsSurrogate(first))
            {
                // An escaped backslash escapes nothing.
                i++;
                continue;
            }
            if (char.IsHighSurrogate(first) && Code(repaired, i + 6) is { } second && char.IsLowSurrogate(second)) i += 11;
            else
            {
                "\\ufffd"u8.CopyTo(repaired.AsSpan(i));
                i += 5;
            }
        }
        return repaired;
    }

    private static char? Code(byte[] body, int at) =>
        at + 6 <= body.Length && body[at] == '\\' && body[at + 1] == 'u' && ushort.TryParse(body.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? (char)code : null;
}
