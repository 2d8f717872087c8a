namespace Portal.Sandbox.Programs.Shell;

/// <summary>Commands, lists and compound commands.</summary>
internal sealed partial class ShellParser
{
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "{",
        "}",
        "!",
        "function",
    };

    private static bool IsReserved(string word) => s_reserved.Contains(word) && word is not ("in" or "function");

    /// <summary>The next complete command with the lines that belong to it; null at the end.</summary>
    /// <exception cref="ShellSyntaxException">There is none; nothing after it can be read.</exception>
    public ShellNode? ReadCommand()
    {
        while (Peek().Kind == "newline") Take();
        if (Peek().Kind == "end") return null;
        var items = new List<(ShellNode, bool)>();
        while (true)
        {
            var command = ReadAndOr();
            var token = Peek();
            items.Add((command, token.Kind == "&"));
            if (token.Kind is ";" or "&")
            {
                Take();
                if (Peek().Kind is "newline" or "end") break;
                continue;
            }
            if (token.Kind is "newline" or "end") break;
            throw Unexpected(token);
        }
        if (Peek().Kind == "newline") Take();
        return new ListNode(items);
    }

    /// <summary>Everything up to the end of the text.</summary>
    public ShellNode ReadAll()
    {
        var list = ReadList();
        return Peek().Kind == "end" ? list : throw Unexpected(Peek());
    }

    /// <summary>Commands up to one of some words or operators, which is left.</summary>
    private ListNode ReadList(params ReadOnlySpan<string> ends)
    {
        var items = new List<(ShellNode, bool)>();
        while (true)
        {
            while (Peek().Kind == "newline") Take();
            if (IsEnd(Peek(), ends)) return new(items);
            var command = ReadAndOr();
            var kind = Peek().Kind;
            items.Add((command, kind == "&"));
            if (kind is ";" or "&" or "newline") Take();
            else return new(items);
        }
    }

    private static bool IsEnd(Token token, ReadOnlySpan<string> ends)
    {
        if (token.Kind is "end" or ")" or ";;") return true;
        var text = token.Word?.Plain ?? token.Kind;
        foreach (var end in ends) if (end == text) return true;
        return false;
    }

    private ShellNode ReadAndOr()
    {
        var first = ReadPipeline();
        if (Peek().Kind is not ("&&" or "||")) return first;
        var rest = new List<(bool, ShellNode)>();
        while (Peek().Kind is "&&" or "||")
        {
            var and = Take().Kind == "&&";
            while (Peek().Kind == "newline") Take();
            rest.Add((and, ReadPipeline()));
        }
        return new AndOrNode(first, rest);
    }

    private ShellNode ReadPipeline()
    {
        var negated = false;
        while (Peek() is { Kind: "word", Word.Plain: "!" })
        {
            Take();
            negated = !negated;
        }
        var commands = new List<ShellNode> { ReadPipelineCommand() };
        while (Peek().Kind == "|")
        {
            Take();
            while (Peek().Kind == "newline") Take();
            commands.Add(ReadPipelineCommand());
        }
        return commands.Count == 1 && !negated ? commands[0] : new PipelineNode(commands, negated);
    }

    private ShellNode ReadPipelineCommand()
    {
        var token = Peek();
        ShellNode? compound = null;
        if (token.Kind == "(") compound = Nested(ReadSubshell);
        else if (token.Kind == "word")
        {
            compound = token.Word!.Plain switch
            {
                "{" => Nested(ReadGroup),
                "if" => Nested(ReadIf),
                "while" or "until" => Nested(ReadLoop),
                "for" => Nested(ReadFor),
                "case" => Nested(ReadCase),
                "[[" => ReadConditional(),
                "function" => ReadFunctionKeyword(),
                { } word when IsReserved(word) => throw Unexpected(token),
                _ => null,
            };
        }
        if (compound is null) return ReadSimpleCommand();
        var redirections = new List<Redirection>();
        while (TryReadRedirection(redirections)) { }
        return redirections.Count == 0 ? compound : new RedirectedNode(compound, redirections);
    }

    private ShellNode Nested(Func<ShellNode> read)
    {
        Enter();
        var node = read();
        _depth--;
        return node;
    }

    private ShellNode ReadSimpleCommand()
    {
        var (assignments, words, redirections) = (new List<Assignment>(), new List<Word>(), new List<Redirection>());
        while (true)
        {
            if (TryReadRedirection(redirections)) continue;
            var token = Peek();
            if (
                token.Kind == "("
                && words is [{ Plain: { } name }]
                && assignments.Count == 0
                && redirections.Count == 0
            )
            {
                Take();
                if (Take() is { Kind: not ")" } wrong) throw Unexpected(wrong, ")");
                return ReadFunction(name);
            }
            if (token.Kind != "word") break;
            Take();
            if (words.Count == 0 && AsAssignment(token.Word!) is { } assignment) assignments.Add(assignment);
            else words.Add(token.Word!);
        }
        if (assignments.Count == 0 && words.Count == 0 && redirections.Count == 0) throw Unexpected(Peek());
        return new SimpleCommandNode(assignments, words, redirections);
    }

    /// <summary>The assignment that a word is, or null.</summary>
    public static Assignment? AsAssignment(Word word)
    {
        if (word.Parts is not [LiteralPart { Quoted: false } first, ..]) return null;
        var rest = word.Parts.Skip(1);
        var equals = first.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) return null;
        var append = first.Text[equals - 1] == '+';
        var name = first.Text[..(append ? equals - 1 : equals)];
        if (!IsName(name)) return null;
        var value = first.Text[(equals + 1)..];
        return new(name, append, new(value.Length > 0 ? [new LiteralPart(value, false), .. rest] : [.. rest]));
    }

    public static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(IsNameCharacter);

    private bool TryReadRedirection(List<Redirection> redirections)
    {
        var number = -1;
        if (Peek() is { Kind: "number" } numbered)
        {
            Take();
            if (!int.TryParse(numbered.Word!.Plain, out number)) number = FileDescriptors.Most;
        }
        if (
            Peek().Kind
            is not ("<" or ">" or ">>" or "<<" or "<<-" or "<<<" or "<&" or ">&" or ">|" or "<>" or "&>" or "&>>")
        )
            return false;
        var op = Take().Kind;
        if (Take() is not { Kind: "word", Word: { } target }) throw Unexpected(_taken);
        redirections.Add(new(number >= 0 ? number : op[0] == '<' ? 0 : 1, op, target));
        if (op is "<<" or "<<-") _documents.Add((redirections[^1], redirections.Count - 1, redirections));
        return true;
    }

    private ShellNode ReadSubshell()
    {
        Take();
        var body = ReadList();
        Expect(")");
        return new SubshellNode(body);
    }

    private ShellNode ReadGroup()
    {
        Take();
        var body = ReadList("}");
        Expect("}");
        return body;
    }

    private ShellNode ReadIf()
    {
        Take();
        var branches = new List<(ShellNode, ShellNode)>();
        while (true)
        {
            var condition = ReadList("then");
            Expect("then");
            branches.Add((condition, ReadList("elif", "else", "fi")));
            if (Peek().Word?.Plain != "elif") break;
            Take();
        }
        ShellNode? otherwise = null;
        if (Peek().Word?.Plain == "else")
        {
            Take();
            otherwise = ReadList("fi");
        }
        Expect("fi");
        return new IfNode(branches, otherwise);
    }

    private ShellNode ReadLoop()
    {
        var until = Take().Word!.Plain == "until";
        var condition = ReadList("do");
        return new LoopNode(condition, ReadDo(), until);
    }

    private ListNode ReadDo()
    {
        Expect("do");
        var body = ReadList("done");
        Expect("done");
        return body;
    }

    private ShellNode ReadFor()
    {
        Take();
        var token = Take();
        if (token.Word?.Plain is not { } name || !IsName(name))
            throw token.Kind == "end" ? Unexpected(token) : new ShellSyntaxException("bad for loop variable");
        while (Peek().Kind == "newline")
            Take();
        List<Word>? words = null;
        if (Peek().Word?.Plain == "in")
        {
            Take();
            words = [];
            while (Peek() is { Kind: "word", Word: { } word })
            {
                Take();
                words.Add(word);
            }
            if (Peek().Kind is not (";" or "newline")) throw Unexpected(Peek());
            Take();
        }
        else if (Peek().Kind == ";") Take();
        while (Peek().Kind == "newline") Take();
        return new ForNode(name, words, ReadDo());
    }

    private ShellNode ReadCase()
    {
        Take();
        if (Take() is not { Kind: "word", Word: { } subject }) throw Unexpected(_taken);
        while (Peek().Kind == "newline") Take();
        Expect("in");
        var items = new List<(IReadOnlyList<Word>, ShellNode?)>();
        while (true)
        {
            while (Peek().Kind == "newline") Take();
            if (Peek().Word?.Plain == "esac") break;
            if (Peek().Kind == "(") Take();
            var patterns = new List<Word>();
            while (true)
            {
                if (Take() is not { Kind: "word", Word: { } pattern })
                    throw Unexpected(_taken, items.Count == 0 || _taken.Kind != "end" ? null : "esac");
                patterns.Add(pattern);
                if (Peek().Kind != "|") break;
                Take();
            }
            Expect(")");
            var body = ReadList("esac");
            items.Add((patterns, body));
            if (Peek().Kind != ";;") break;
            Take();
        }
        Expect("esac");
        return new CaseNode(subject, items);
    }

    private ShellNode ReadFunctionKeyword()
    {
        Take();
        if (Take() is not { Kind: "word", Word.Plain: { } name }) throw Unexpected(_taken);
        if (Peek().Kind == "(")
        {
            Take();
            Expect(")");
        }
        return ReadFunction(name);
    }

    private ShellNode ReadFunction(string name)
    {
        while (Peek().Kind == "newline") Take();
        Enter();
        var body = ReadPipelineCommand();
        _depth--;
        return new FunctionNode(name, body);
    }

    private ShellNode ReadConditional()
    {
        Take();
        var terms = new List<(string?, Word?)>();
        while (true)
        {
            var token = Take();
            if (token.Kind == "word")
            {
                if (token.Word!.Plain == "]]") return new ConditionalNode(terms);
                terms.Add((null, token.Word));
            }
            else if (token.Kind is "&&" or "||" or "(" or ")" or "<" or ">") terms.Add((token.Kind, null));
            else if (token.Kind != "newline") throw Unexpected(token, "]]");
        }
    }

    private void Expect(string what)
    {
        var token = Take();
        if ((token.Word?.Plain ?? token.Kind) != what) throw Unexpected(token, what);
    }
}
