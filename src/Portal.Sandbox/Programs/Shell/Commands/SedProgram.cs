using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed record SedAddress(long Line, bool Last, Regex? Pattern, long Step = 0, bool Relative = false);

/// <summary>A command of sed with its addresses.</summary>
internal sealed class SedCommandLine
{
    public SedAddress? From { get; init; }
    public SedAddress? To { get; init; }
    public bool Negated { get; init; }
    public char Name { get; init; }
    public Regex? Pattern { get; set; }
    public string Text { get; set; } = "";
    public string Flags { get; set; } = "";
    public int Target { get; set; } = -1;
}

/// <summary>Parses sed's scripts.</summary>
internal sealed class SedProgram
{
    private const int MostBlocks = 200;

    private readonly string _text;
    private readonly bool _extended;
    private readonly List<SedCommandLine> _commands = [];
    private int _position;

    private SedProgram(string text, bool extended) => (_text, _extended) = (text, extended);

    public static IReadOnlyList<SedCommandLine> Parse(string text, bool extended)
    {
        var program = new SedProgram(text, extended);
        program.ParseAll();
        return program._commands;
    }

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private void ParseAll()
    {
        var (blocks, labels, jumps) = (
            new Stack<int>(),
            new Dictionary<string, int>(StringComparer.Ordinal),
            new List<(SedCommandLine Command, string Label)>()
        );
        while (true)
        {
            while (_position < _text.Length && (char.IsWhiteSpace(Current) || Current == ';')) _position++;
            if (_position >= _text.Length) break;
            if (Current == '#')
            {
                SkipLine();
                continue;
            }
            var from = Address();
            SedAddress? to = null;
            if (from is not null && Current == ',')
            {
                _position++;
                SkipBlanks();
                to = Address() ?? throw Bad("no address after comma");
            }
            SkipBlanks();
            var negated = false;
            while (Current is '!' or ' ')
            {
                negated |= Current == '!';
                _position++;
            }
            var command = new SedCommandLine { From = from, To = to, Negated = negated, Name = Current };
            _position++;
            switch (command.Name)
            {
                case '{':
                    if (blocks.Count >= MostBlocks) throw Bad("blocks nested too deeply");
                    blocks.Push(_commands.Count);
                    break;
                case '}':
                    if (!blocks.TryPop(out var open)) throw Bad("unexpected }");
                    _commands[open].Target = _commands.Count;
                    break;
                case ':': labels[Word()] = _commands.Count; break;
                case 'b' or 't' or 'T': jumps.Add((command, Word())); break;
                case 's': Substitution(command); break;
                case 'y':
                    var delimiter = Delimiter();
                    command.Text = Unescape(Until(delimiter, regex: false), delimiter);
                    command.Flags = Unescape(Until(delimiter, regex: false), delimiter);
                    if (command.Text.Length != command.Flags.Length)
                        throw Bad("strings for y command have different lengths");
                    break;
                case 'a' or 'i' or 'c': command.Text = Appended(); break;
                case 'r' or 'w':
                    SkipBlanks();
                    command.Text = Line();
                    break;
                case 'q' or 'Q' or 'l': command.Text = Word(); break;
                case 'd' or 'D' or 'p' or 'P' or 'n' or 'N' or 'g' or 'G' or 'h' or 'H' or 'x' or '=' or 'z': break;
                default: throw Bad(command.Name == '\0' ? "missing command" : $"unsupported command {command.Name}");
            }
            _commands.Add(command);
        }
        if (blocks.Count > 0)
            throw Bad("unterminated {");
        foreach (var (command, label) in jumps)
            command.Target =
                label.Length == 0 ? _commands.Count
                : labels.TryGetValue(label, out var target) ? target
                : throw Bad($"can't find label for jump to '{label}'");
    }

    private static CommandException Bad(string message) => new(message);

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t') _position++;
    }

    private void SkipLine()
    {
        while (_position < _text.Length && Current != '\n') _position++;
    }

    private string Line()
    {
        var start = _position;
        SkipLine();
        return _text[start.._position];
    }

    private string Word()
    {
        SkipBlanks();
        var start = _position;
        while (_position < _text.Length && !char.IsWhiteSpace(Current) && Current is not (';' or '}')) _position++;
        return _text[start.._position];
    }

    private SedAddress? Address()
    {
        if (char.IsAsciiDigit(Current) || Current == '+')
        {
            var relative = Current == '+';
            if (relative) _position++;
            var line = Number();
            if (Current != '~') return new(line, false, null, 0, relative);
            _position++;
            return new(line, false, null, Math.Max(1, Number()));
        }
        if (Current == '$')
        {
            _position++;
            return new(0, true, null);
        }
        if (Current is not ('/' or '\\')) return null;
        if (Current == '\\') _position++;
        var pattern = Until(Delimiter(), regex: true);
        var ignoresCase = Current == 'I';
        if (ignoresCase) _position++;
        return new(0, false, PosixRegex.Compile(pattern, _extended, ignoresCase));
    }

    private long Number()
    {
        var start = _position;
        while (char.IsAsciiDigit(Current)) _position++;
        return long.TryParse(_text.AsSpan(start, _position - start), out var number) ? number : throw Bad("bad number");
    }

    private char Delimiter() => _position < _text.Length ? _text[_position++] : throw Bad("unterminated command");

    private string Until(char delimiter, bool regex)
    {
        var (result, inBracket) = (new StringBuilder(), false);
        while (true)
        {
            if (_position >= _text.Length) throw Bad("unmatched '" + delimiter + "'");
            var c = _text[_position++];
            if (c == delimiter && !inBracket) return result.ToString();
            if (regex && c == '[' && !inBracket)
            {
                inBracket = true;
                result.Append(c);
                if (Current == '^') result.Append(_text[_position++]);
                if (Current == ']') result.Append(_text[_position++]);
                continue;
            }
            if (c == ']') inBracket = false;
            if (c == '\\' && _position < _text.Length && !inBracket)
            {
                var next = _text[_position++];
                if (next != delimiter || (regex && delimiter is '.' or '*')) result.Append('\\');
                result.Append(next);
            }
            else result.Append(c);
        }
    }

    private void Substitution(SedCommandLine command)
    {
        var delimiter = Delimiter();
        var pattern = Until(delimiter, regex: true);
        command.Text = Until(delimiter, regex: false);
        var start = _position;
        while (
            _position < _text.Length
            && (char.IsAsciiDigit(Current) || Current is 'g' or 'p' or 'i' or 'I' or 'e' or 'm')
        )
            _position++;
        command.Flags = _text[start.._position];
        if (Current == 'w')
        {
            _position++;
            SkipBlanks();
            command.Flags += "w" + Line();
        }
        command.Pattern =
            pattern.Length == 0
                ? null
                : PosixRegex.Compile(
                    pattern,
                    _extended,
                    command.Flags.Contains('i', StringComparison.OrdinalIgnoreCase)
                );
        if (Current is not ('\0' or '\n' or ';' or '}' or ' ' or '\t' or '#'))
            throw Bad("bad option in substitution expression");
    }

    private string Appended()
    {
        SkipBlanks();
        if (Current == '\\')
        {
            _position++;
            if (Current == '\n') _position++;
            else SkipBlanks();
        }
        var text = new StringBuilder();
        while (_position < _text.Length && Current != '\n')
        {
            if (Current == '\\' && _position + 1 < _text.Length) _position++;
            text.Append(_text[_position++]);
        }
        return text.ToString();
    }

    private static string Unescape(string text, char delimiter) =>
        text.Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace("\\" + delimiter, delimiter.ToString(), StringComparison.Ordinal)
            .Replace(@"\\", @"\", StringComparison.Ordinal);
}
