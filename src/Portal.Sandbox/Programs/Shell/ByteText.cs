using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Text inside the shell is bytes: each character stands for one byte, so that what is no UTF-8 passes through
/// unchanged and lengths are those of the C locale. Here is the way in and out.
/// </summary>
internal static class ByteText
{
    public static string From(string text) =>
        IsAscii(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string From(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string ToText(string bytes) =>
        IsAscii(bytes) ? bytes : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    private static bool IsAscii(string text) => System.Text.Ascii.IsValid(text);
}
