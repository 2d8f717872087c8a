using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Variables, command substitution, arithmetic and field splitting.</summary>
internal static class ShellExpansion
{
    /// <summary>The name when the word is <c>NAME=value</c>.</summary>
    public static string? IsAssignment(ShellToken token)
    {
        if (token.Parts[0].Quoted) return null;
        var text = token.Parts[0].Text;
        var eq = text.IndexOf('=', StringComparison.Ordinal);
        return eq > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text[..eq].All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? text[..eq] : null;
    }

    public static async Task<string> AssignmentAsync(ShellSession session, ShellToken token, string name, CancellationToken cancellationToken)
    {
        var value = new StringBuilder();
        for (var i = 0; i < token.Parts.Count; i++)
        {
            var part = token.Parts[i];
            var text = i == 0 ? part.Text[(name.Length + 1)..] : part.Text;
            value.Append(part.Literal ? text : await TextAsync(session, text, cancellationToken).ConfigureAwait(false));
        }
        return value.ToString();
    }

    /// <summary>The fields that a word becomes; unquoted expansions split at white space and may vanish.</summary>
    public static async Task<List<string>> WordAsync(ShellSession session, ShellToken token, CancellationToken cancellationToken)
    {
        var fields = new List<string>();
        var current = new StringBuilder();
        var any = false;
        foreach (var part in token.Parts)
        {
            if (part.Quoted)
            {
                current.Append(part.Literal ? part.Text : await TextAsync(session, part.Text, cancellationToken).ConfigureAwait(false));
                any = true;
                continue;
            }
            var text = await TextAsync(session, part.Text, cancellationToken).ConfigureAwait(false);
            if (!part.Text.Contains('$', StringComparison.Ordinal))
            {
                current.Append(text);
                any |= text.Length > 0;
                continue;
            }
            foreach (var c in text)
            {
                if (char.IsWhiteSpace(c))
                {
                    if (any || current.Length > 0) fields.Add(current.ToString());
                    current.Clear();
                    any = false;
                }
                else
                {
                    current.Append(c);
                    any = true;
                }
            }
        }
        if (any || current.Length > 0) fields.Add(current.ToString());
        return fields;
    }

    public static async Task<string> TextAsync(ShellSession session, string text, CancellationToken cancellationToken)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i++]);
                continue;
            }
            var next = text[i + 1];
            if (next == '(' && i + 2 < text.Length && text[i + 2] == '(')
            {
                var end = ShellLexer.Balanced(text, i + 1);
                var expression = await TextAsync(session, text[(i + 3)..(end - 2)], cancellationToken).ConfigureAwait(false);
                result.Append(Arithmetic.Evaluate(expression, session.Variables).ToString(CultureInfo.InvariantCulture));
                i = end;
            }
            else if (next == '(')
            {
                var end = ShellLexer.Balanced(text, i + 1);
                var output = new StringBuilder();
                var io = new ShellIo(EmptyInput(), d => Append(output, d), _ => Task.CompletedTask);
                session.LastStatus = await ShellInterpreter.RunAsync(session, text[(i + 2)..(end - 1)], io, cancellationToken).ConfigureAwait(false);
                result.Append(output.ToString().TrimEnd('\n'));
                i = end;
            }
            else if (next == '{')
            {
                var end = ShellLexer.Balanced(text, i + 1);
                result.Append(Braced(session, text[(i + 2)..(end - 1)]));
                i = end;
            }
            else if (next is '?' or '$' or '#')
            {
                result.Append(next == '?' ? session.LastStatus : next == '$' ? 1 : 0);
                i += 2;
            }
            else if (char.IsAsciiLetter(next) || next == '_')
            {
                var end = i + 1;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
                result.Append(session.Variables.GetValueOrDefault(text[(i + 1)..end], ""));
                i = end;
            }
            else result.Append(text[i++]);
        }
        return result.ToString();
    }

    private static string Braced(ShellSession session, string inner)
    {
        var op = inner.IndexOf(":-", StringComparison.Ordinal);
        if (op < 0) op = inner.IndexOf('-', StringComparison.Ordinal);
        if (op < 0) return session.Variables.GetValueOrDefault(inner, "");
        var value = session.Variables.GetValueOrDefault(inner[..op], "");
        return value.Length > 0 ? value : inner[op..].TrimStart(':').TrimStart('-');
    }

    private static Task Append(StringBuilder output, ReadOnlyMemory<byte> data)
    {
        output.Append(Encoding.UTF8.GetString(data.Span));
        return Task.CompletedTask;
    }

    private static System.Threading.Channels.ChannelReader<byte[]> EmptyInput()
    {
        var channel = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
        channel.Writer.TryComplete();
        return channel.Reader;
    }

    /// <summary>+ - * / % and parentheses on integers.</summary>
    private sealed class Arithmetic(string text, Dictionary<string, string> variables)
    {
        private int _position;

        public static long Evaluate(string text, Dictionary<string, string> variables) => new Arithmetic(text, variables).Sum();

        private long Sum()
        {
            var value = Product();
            while (Next() is '+' or '-') value = text[_position++] == '+' ? value + Product() : value - Product();
            return value;
        }

        private long Product()
        {
            var value = Factor();
            while (Next() is '*' or '/' or '%')
            {
                var op = text[_position++];
                var right = Factor();
                if (op != '*' && right == 0) throw new ShellSyntaxException("divide by zero");
                value = op == '*' ? value * right : op == '/' ? value / right : value % right;
            }
            return value;
        }

        private long Factor()
        {
            if (Next() == '-')
            {
                _position++;
                return -Factor();
            }
            if (Next() == '(')
            {
                _position++;
                var value = Sum();
                if (Next() == ')') _position++;
                return value;
            }
            var start = _position;
            while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_')) _position++;
            var word = text[start.._position];
            if (start == _position) throw new ShellSyntaxException("arithmetic syntax error");
            return long.TryParse(word, CultureInfo.InvariantCulture, out var n) ? n : long.TryParse(variables.GetValueOrDefault(word), CultureInfo.InvariantCulture, out var v) ? v : 0;
        }

        private char Next()
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position])) _position++;
            return _position < text.Length ? text[_position] : '\0';
        }
    }
}
