namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Reads a pattern without building anything from it.</summary>
internal sealed class Re2Parser(string pattern)
{
    private const int MaxRepeat = 1000;
    private const int MaxDepth = 1000;

    /// <summary>A group that is open: whether something stands in front that can be repeated, and how often its parts repeat at most.</summary>
    private sealed class Group
    {
        public bool HasOperand { get; set; }
        public int Last { get; set; } = 1;
        public int Most { get; set; } = 1;
    }

    private readonly Stack<Group> _groups = new([new Group()]);
    private int _at;

    public void Run()
    {
        var lastRepeat = -1;
        while (_at < pattern.Length)
        {
            var repeat = -1;
            switch (pattern[_at])
            {
                case '(':
                    Open();
                    break;
                case ')':
                    Close();
                    break;
                case '|':
                    _at++;
                    _groups.Peek().HasOperand = false;
                    break;
                case '[':
                    _at = Re2Classes.Bracket(pattern, _at);
                    Operand();
                    break;
                case '*' or '+' or '?':
                    repeat = _at++;
                    Repeat(repeat, lastRepeat, 1);
                    break;
                case '{' when Bounds(out var after, out var min, out var max):
                    repeat = _at;
                    if (min > MaxRepeat || max > MaxRepeat || (max >= 0 && min > max)) throw new Re2Exception("invalid repeat count", pattern[_at..after]);
                    _at = after;
                    Repeat(repeat, lastRepeat, Math.Max(1, max < 0 ? min : max));
                    break;
                case '\\':
                    Escape();
                    Operand();
                    break;
                default:
                    _at++;
                    Operand();
                    break;
            }
            lastRepeat = repeat;
        }
        if (_groups.Count > 1) throw new Re2Exception("missing closing )", pattern);
    }

    /// <summary>Something that can be repeated, and the number of times that it repeats itself.</summary>
    private void Operand(int repeats = 1)
    {
        var group = _groups.Peek();
        (group.HasOperand, group.Last, group.Most) = (true, repeats, Math.Max(group.Most, repeats));
    }

    private void Repeat(int begin, int lastRepeat, int times)
    {
        if (_at < pattern.Length && pattern[_at] == '?') _at++;
        if (lastRepeat >= 0) throw new Re2Exception("invalid nested repetition operator", pattern[lastRepeat.._at]);
        var group = _groups.Peek();
        if (!group.HasOperand) throw new Re2Exception("missing argument to repetition operator", pattern[begin.._at]);
        var total = (long)group.Last * times;
        if (total > MaxRepeat) throw new Re2Exception("invalid repeat count", pattern[begin.._at]);
        Operand((int)total);
    }

    /// <summary>Reads <c>{2}</c>, <c>{2,}</c>, <c>{2,5}</c>; anything else in braces is text. Numbers out of range come back as too large.</summary>
    private bool Bounds(out int after, out int min, out int max)
    {
        (after, min, max) = (_at + 1, -1, -1);
        if (!Number(ref after, out min)) return false;
        max = min;
        if (after < pattern.Length && pattern[after] == ',')
        {
            after++;
            if (after < pattern.Length && pattern[after] == '}') max = -1;
            else if (!Number(ref after, out max)) return false;
        }
        return after < pattern.Length && pattern[after++] == '}';
    }

    private bool Number(ref int at, out int number)
    {
        var begin = at;
        while (at < pattern.Length && char.IsAsciiDigit(pattern[at])) at++;
        number = int.MaxValue;
        if (at == begin || (at - begin > 1 && pattern[begin] == '0')) return false;
        if (at - begin < 9) number = int.Parse(pattern.AsSpan(begin, at - begin), null);
        return true;
    }

    private void Open()
    {
        var begin = _at++;
        if (_at < pattern.Length && pattern[_at] == '?')
        {
            _at++;
            if (pattern.AsSpan(_at).StartsWith("P<") || pattern.AsSpan(_at).StartsWith("<")) Name(begin);
            else if (!OpensAfterFlags(begin)) return;
        }
        if (_groups.Count > MaxDepth) throw new Re2Exception("expression nests too deeply", pattern);
        _groups.Push(new Group());
    }

    private void Name(int begin)
    {
        var start = pattern.IndexOf('<', begin) + 1;
        var end = pattern.IndexOf('>', start);
        if (end < 0) throw new Re2Exception("invalid named capture", pattern[begin..]);
        var name = pattern[start..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) throw new Re2Exception("invalid named capture", pattern[begin..(end + 1)]);
        _at = end + 1;
    }

    /// <summary>Flags up to a colon, which opens a group, or to the parenthesis, which does not. Look-around ends here.</summary>
    private bool OpensAfterFlags(int begin)
    {
        var (negative, seen) = (false, false);
        while (_at < pattern.Length)
        {
            var c = pattern[_at++];
            if (c is 'i' or 'm' or 's' or 'U') seen = true;
            else if (c == '-' && !negative) (negative, seen) = (true, false);
            else if (c is ':' or ')' && (!negative || seen)) return c == ':';
            else break;
        }
        throw new Re2Exception("invalid or unsupported Perl syntax", pattern[begin.._at]);
    }

    private void Close()
    {
        if (_groups.Count == 1) throw new Re2Exception("unexpected )", pattern);
        _at++;
        Operand(_groups.Pop().Most);
    }

    private void Escape()
    {
        var next = _at + 1 < pattern.Length ? pattern[_at + 1] : '\0';
        if (next == 'Q')
        {
            var end = pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
            _at = end < 0 ? pattern.Length : end + 2;
        }
        else if (next == 'C') throw new Re2Exception("invalid escape sequence", "\\C");
        else _at = next is 'A' or 'b' or 'B' or 'z' ? _at + 2 : Re2Classes.Escaped(pattern, _at) ?? Re2Classes.Character(pattern, _at);
    }
}
