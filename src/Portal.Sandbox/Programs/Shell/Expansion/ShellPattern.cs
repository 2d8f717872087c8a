namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// A pattern of the shell: <c>*</c>, <c>?</c>, <c>[…]</c>; a backslash takes a character as it is. Matching takes
/// time by length of pattern and text at most.
/// </summary>
internal sealed class ShellPattern
{
    private readonly List<(Kind Kind, char Character, bool[]? Set)> _tokens = [];

    private enum Kind
    {
        Character,
        Any,
        Star,
        Set,
    }

    public ShellPattern(string pattern, bool ignoreCase = false)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length) AddCharacter(pattern[++i], ignoreCase);
            else if (c == '*')
            {
                if (_tokens.Count == 0 || _tokens[^1].Kind != Kind.Star) _tokens.Add((Kind.Star, c, null));
            }
            else if (c == '?') _tokens.Add((Kind.Any, c, null));
            else if (c == '[' && CharacterSet.TryParse(pattern, i, out var set, out var end))
            {
                _tokens.Add((Kind.Set, c, set));
                i = end - 1;
            }
            else AddCharacter(c, ignoreCase);
        }
    }

    private ShellPattern(List<(Kind, char, bool[]?)> tokens) => _tokens = tokens;

    public static bool IsMatch(string pattern, string text) => new ShellPattern(pattern).IsMatch(text);

    public bool IsMatch(string text)
    {
        var (t, p, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < _tokens.Count && _tokens[p].Kind == Kind.Star) (star, mark, p) = (p, t, p + 1);
            else if (p < _tokens.Count && Accepts(p, text[t])) (t, p) = (t + 1, p + 1);
            else if (star >= 0) (p, t) = (star + 1, ++mark);
            else return false;
        }
        while (p < _tokens.Count && _tokens[p].Kind == Kind.Star) p++;
        return p == _tokens.Count;
    }

    /// <summary>How much of the text from a position on matches: the least or the most; -1 for nothing.</summary>
    public int PrefixLength(ReadOnlySpan<char> text, bool longest)
    {
        Span<bool> now = new bool[_tokens.Count + 1], next = new bool[_tokens.Count + 1];
        Add(now, 0);
        var found = now[_tokens.Count] ? 0 : -1;
        if (found == 0 && !longest) return 0;
        for (var i = 0; i < text.Length; i++)
        {
            next.Clear();
            var any = false;
            for (var s = 0; s < _tokens.Count; s++)
            {
                if (!now[s]) continue;
                if (_tokens[s].Kind == Kind.Star) Add(next, s);
                else if (Accepts(s, text[i])) Add(next, s + 1);
                else continue;
                any = true;
            }
            var swap = now;
            now = next;
            next = swap;
            if (!any) break;
            if (!now[_tokens.Count]) continue;
            found = i + 1;
            if (!longest) break;
        }
        return found;
    }

    /// <summary>How much of the text's end matches; -1 for nothing.</summary>
    public int SuffixLength(string text, bool longest)
    {
        var reversed = new List<(Kind, char, bool[]?)>(_tokens);
        reversed.Reverse();
        var back = text.ToCharArray();
        Array.Reverse(back);
        return new ShellPattern(reversed).PrefixLength(back, longest);
    }

    private void Add(Span<bool> states, int state)
    {
        states[state] = true;
        while (state < _tokens.Count && _tokens[state].Kind == Kind.Star) states[++state] = true;
    }

    private bool Accepts(int token, char c) => _tokens[token] switch
    {
        (Kind.Character, var wanted, _) => c == wanted,
        (Kind.Any, _, _) => true,
        (Kind.Set, _, var set) => c < 256 && set![c],
        _ => false,
    };

    private void AddCharacter(char c, bool ignoreCase)
    {
        if (!ignoreCase || !char.IsAsciiLetter(c))
        {
            _tokens.Add((Kind.Character, c, null));
            return;
        }
        var set = new bool[256];
        set[char.ToLowerInvariant(c)] = set[char.ToUpperInvariant(c)] = true;
        _tokens.Add((Kind.Set, c, set));
    }
}
