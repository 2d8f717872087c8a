using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>
/// A value of awk: a number, a string, or a string that looks like a number where it came from the input.
/// </summary>
internal readonly struct AwkValue
{
    private readonly string? _text;
    private readonly double _number;
    private readonly Kinds _kind;

    private enum Kinds
    {
        Unset,
        Number,
        Text,
        Input,
    }

    private AwkValue(string? text, double number, Kinds kind) => (_text, _number, _kind) = (text, number, kind);

    public static AwkValue Of(double number) => new(null, number, Kinds.Number);

    public static AwkValue Of(string text) => new(text, 0, Kinds.Text);

    /// <summary>Text from the input, a number when it looks like one.</summary>
    public static AwkValue Input(string text) =>
        LooksNumeric(text, out var number) ? new(text, number, Kinds.Input) : Of(text);

    public bool IsUnset => _kind == Kinds.Unset;

    public bool IsNumeric => _kind != Kinds.Text;

    public double Number =>
        _kind switch
        {
            Kinds.Number or Kinds.Input => _number,
            Kinds.Text => Leading(_text!),
            _ => 0,
        };

    public bool IsTrue =>
        _kind switch
        {
            Kinds.Number or Kinds.Input => _number != 0,
            Kinds.Text => _text!.Length > 0,
            _ => false,
        };

    public int Length => _text?.Length ?? 0;

    public string Text(string format = "%.6g")
    {
        if (_kind != Kinds.Number)
            return _text ?? "";
        if (_number == Math.Floor(_number) && Math.Abs(_number) < 1e16)
            return ((long)_number).ToString(CultureInfo.InvariantCulture);
        return double.IsFinite(_number) && format == "%.6g" ? s_general.Real(_number)
            : PrintfFormat.Parse(format) is [{ Literal: null } piece] ? piece.Real(_number)
            : s_general.Real(_number);
    }

    private static readonly PrintfFormat s_general = new(null, "", 0, 6, 'g');

    private static bool LooksNumeric(string text, out double number)
    {
        var trimmed = text.AsSpan().Trim(" \t\n");
        number = 0;
        return trimmed.Length > 0
            && (char.IsAsciiDigit(trimmed[^1]) || trimmed[^1] == '.')
            && double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static double Leading(string text)
    {
        var i = 0;
        while (i < text.Length && text[i] is ' ' or '\t' or '\n') i++;
        var start = i;
        if (i < text.Length && text[i] is '-' or '+')
            i++;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
            i++;
        if (
            i + 1 < text.Length
            && text[i] is 'e' or 'E'
            && (
                char.IsAsciiDigit(text[i + 1])
                || (text[i + 1] is '-' or '+' && i + 2 < text.Length && char.IsAsciiDigit(text[i + 2]))
            )
        )
        {
            i += 2;
            while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        }
        return double.TryParse(
            text.AsSpan(start, i - start),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : 0;
    }
}
