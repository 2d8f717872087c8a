using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// A small POSIX shell: lists, pipes, and/or, if, while, until, for, groups, expansions, substitution, arithmetic, redirects.
/// Enough for what people type into a pod; whatever it does not know fails as a shell does.
/// </summary>
internal sealed class ShellInterpreter
{
    private static readonly HashSet<string> s_reserved = ["then", "else", "elif", "fi", "do", "done", "}", "esac"];

    private readonly ShellSession _session;
    private readonly List<ShellToken> _tokens;
    private readonly CancellationToken _cancellation;

    private ShellInterpreter(ShellSession session, List<ShellToken> tokens, CancellationToken cancellation)
    {
        _session = session;
        _tokens = tokens;
        _cancellation = cancellation;
    }

    public static async Task<int> RunAsync(ShellSession session, string script, ShellIo io, CancellationToken cancellationToken)
    {
        try
        {
            var shell = new ShellInterpreter(session, ShellLexer.Lex(script), cancellationToken);
            var position = 0;
            var status = await shell.ListAsync(io, () => position, p => position = p, true, null).ConfigureAwait(false);
            if (position < shell._tokens.Count && !session.Exited) throw new ShellSyntaxException($"unexpected \"{shell._tokens[position].Operator ?? shell._tokens[position].Plain}\"");
            return status;
        }
        catch (ShellSyntaxException e)
        {
            await io.ErrorAsync($"sh: syntax error: {e.Message}\n").ConfigureAwait(false);
            return 2;
        }
    }

    /// <summary>Runs commands up to a terminator. With <paramref name="run"/> false they are only passed over.</summary>
    private async Task<int> ListAsync(ShellIo io, Func<int> get, Action<int> set, bool run, string[]? until)
    {
        while (get() < _tokens.Count)
        {
            var token = _tokens[get()];
            if (token.Operator is ";" or "\n" or "&")
            {
                set(get() + 1);
                continue;
            }
            if (token.Operator is ")" or ";;" || (token.Plain is { } word && (until?.Contains(word) == true || s_reserved.Contains(word)))) break;
            _cancellation.ThrowIfCancellationRequested();
            if (GoesToBackground(get()))
            {
                if (run && !_session.Exited) StartJob(io, get());
                await AndOrAsync(io, get, set, false).ConfigureAwait(false);
                continue;
            }
            var status = await AndOrAsync(io, get, set, run && !_session.Exited).ConfigureAwait(false);
            if (run && !_session.Exited) _session.LastStatus = status;
        }
        return _session.LastStatus;
    }

    /// <summary>Whether the list at a position ends in <c>&amp;</c>.</summary>
    private bool GoesToBackground(int position)
    {
        var depth = 0;
        for (var i = position; i < _tokens.Count; i++)
        {
            depth += Nesting(_tokens[i]);
            if (depth < 0) return false;
            if (depth == 0 && _tokens[i].Operator is (";" or "\n" or "&") and var end) return end == "&";
        }
        return false;
    }

    private static int Nesting(ShellToken token) =>
        token.Plain is "if" or "while" or "until" or "for" or "{" || token.Operator == "(" ? 1 : token.Plain is "fi" or "done" or "}" || token.Operator == ")" ? -1 : 0;

    private void StartJob(ShellIo io, int position)
    {
        var shell = new ShellInterpreter(_session.Fork(), _tokens, _cancellation);
        _session.Jobs.Add(_session.Container.Pod.Cluster.Guarded.Start("background job", async () =>
        {
            try
            {
                await shell.AndOrAsync(io, () => position, p => position = p, true).ConfigureAwait(false);
            }
            catch (ShellSyntaxException e)
            {
                await io.ErrorAsync($"sh: syntax error: {e.Message}\n").ConfigureAwait(false);
            }
        }));
    }

    private async Task<int> AndOrAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        var status = await PipelineAsync(io, get, set, run).ConfigureAwait(false);
        while (get() < _tokens.Count && _tokens[get()].Operator is "&&" or "||")
        {
            var and = _tokens[get()].Operator == "&&";
            set(get() + 1);
            SkipNewlines(get, set);
            var wanted = run && !_session.Exited && (status == 0) == and;
            var next = await PipelineAsync(io, get, set, wanted).ConfigureAwait(false);
            if (wanted) status = next;
        }
        return status;
    }

    private async Task<int> PipelineAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        var negate = false;
        if (get() < _tokens.Count && _tokens[get()].Plain == "!")
        {
            negate = true;
            set(get() + 1);
        }
        string? input = null;
        while (true)
        {
            var piped = PipeFollows(get());
            var output = piped ? new StringBuilder() : null;
            var status = await CommandAsync(input is null && output is null ? io : io.With(input, output), get, set, run).ConfigureAwait(false);
            if (get() >= _tokens.Count || _tokens[get()].Operator != "|") return negate ? (status == 0 ? 1 : 0) : status;
            set(get() + 1);
            SkipNewlines(get, set);
            input = output?.ToString() ?? "";
        }
    }

    /// <summary>Whether the command at a position ends in a pipe: its output is then collected.</summary>
    private bool PipeFollows(int position)
    {
        var depth = 0;
        for (var i = position; i < _tokens.Count; i++)
        {
            var t = _tokens[i];
            depth += Nesting(t);
            if (depth < 0) return false;
            if (depth == 0 && t.Operator is "|") return true;
            if (depth == 0 && t.Operator is ";" or "\n" or "&&" or "||" or "&") return false;
        }
        return false;
    }

    private async Task<int> CommandAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        if (get() >= _tokens.Count) throw new ShellSyntaxException("unexpected end of file");
        var token = _tokens[get()];
        switch (token.Operator ?? token.Plain)
        {
            case "(" when token.Operator is not null: return await GroupAsync(io, get, set, run, ")").ConfigureAwait(false);
            case "{": return await GroupAsync(io, get, set, run, "}").ConfigureAwait(false);
            case "if": return await IfAsync(io, get, set, run).ConfigureAwait(false);
            case "while" or "until": return await WhileAsync(io, get, set, run).ConfigureAwait(false);
            case "for": return await ForAsync(io, get, set, run).ConfigureAwait(false);
            default: return await SimpleAsync(io, get, set, run).ConfigureAwait(false);
        }
    }

    private async Task<int> GroupAsync(ShellIo io, Func<int> get, Action<int> set, bool run, string end)
    {
        set(get() + 1);
        var status = await ListAsync(io, get, set, run, [end]).ConfigureAwait(false);
        Expect(get, set, end);
        return status;
    }

    private async Task<int> IfAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        var status = 0;
        var taken = false;
        set(get() + 1);
        while (true)
        {
            var condition = await ListAsync(io, get, set, run && !taken, ["then"]).ConfigureAwait(false);
            Expect(get, set, "then");
            var enter = run && !taken && condition == 0;
            var result = await ListAsync(io, get, set, enter, ["elif", "else", "fi"]).ConfigureAwait(false);
            if (enter) (taken, status) = (true, result);
            if (Peek(get) != "elif") break;
            set(get() + 1);
        }
        if (Peek(get) == "else")
        {
            set(get() + 1);
            var result = await ListAsync(io, get, set, run && !taken, ["fi"]).ConfigureAwait(false);
            if (run && !taken) status = result;
        }
        Expect(get, set, "fi");
        return status;
    }

    private async Task<int> WhileAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        var until = Peek(get) == "until";
        set(get() + 1);
        var start = get();
        var status = 0;
        while (true)
        {
            set(start);
            var condition = await ListAsync(io, get, set, run, ["do"]).ConfigureAwait(false);
            Expect(get, set, "do");
            var enter = run && !_session.Exited && (condition == 0) != until;
            var result = await ListAsync(io, get, set, enter, ["done"]).ConfigureAwait(false);
            Expect(get, set, "done");
            if (!enter) return status;
            status = result;
            // A loop that only computes must not keep a thread to itself.
            await Task.Yield();
        }
    }

    private async Task<int> ForAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        set(get() + 1);
        var name = Peek(get) ?? throw new ShellSyntaxException("expected a name after for");
        set(get() + 1);
        var words = new List<string>();
        if (Peek(get) == "in")
        {
            set(get() + 1);
            while (get() < _tokens.Count && _tokens[get()].Operator is null)
            {
                if (run) words.AddRange(await ShellExpansion.WordAsync(_session, _tokens[get()], _cancellation).ConfigureAwait(false));
                set(get() + 1);
            }
        }
        while (get() < _tokens.Count && _tokens[get()].Operator is ";" or "\n") set(get() + 1);
        Expect(get, set, "do");
        var body = get();
        var status = 0;
        foreach (var word in words)
        {
            if (_session.Exited) break;
            _session.Variables[name] = word;
            set(body);
            status = await ListAsync(io, get, set, true, ["done"]).ConfigureAwait(false);
        }
        set(body);
        _ = await ListAsync(io, get, set, false, ["done"]).ConfigureAwait(false);
        Expect(get, set, "done");
        return status;
    }

    private async Task<int> SimpleAsync(ShellIo io, Func<int> get, Action<int> set, bool run)
    {
        var words = new List<string>();
        var assignments = new List<(string Name, string Value)>();
        bool dropOut = false, dropErrors = false, merge = false, toErrors = false;
        string? file = null;
        var append = false;
        while (get() < _tokens.Count)
        {
            var token = _tokens[get()];
            if (token.Operator is ">" or "1>" or ">>" or "2>" or "&>" or "<")
            {
                set(get() + 1);
                if (get() >= _tokens.Count) throw new ShellSyntaxException("unexpected newline");
                var target = run ? string.Concat(await ShellExpansion.WordAsync(_session, _tokens[get()], _cancellation).ConfigureAwait(false)) : "";
                set(get() + 1);
                if (token.Operator is "2>" or "&>") dropErrors = true;
                if (token.Operator is ">" or "1>" or ">>" or "&>")
                {
                    if (target == "/dev/null") dropOut = true;
                    else (file, append) = (target, token.Operator == ">>");
                }
                if (token.Operator == "<" && run) io = io.With(_session.Files.ReadText(_session.Resolve(target)) ?? "", null);
                continue;
            }
            if (token.Operator is "2>&1" or ">&2")
            {
                (merge, toErrors) = (merge || token.Operator == "2>&1", toErrors || token.Operator == ">&2");
                set(get() + 1);
                continue;
            }
            if (token.Operator is not null) break;
            set(get() + 1);
            if (!run) continue;
            if (words.Count == 0 && ShellExpansion.IsAssignment(token) is { } name)
            {
                assignments.Add((name, await ShellExpansion.AssignmentAsync(_session, token, name, _cancellation).ConfigureAwait(false)));
                continue;
            }
            words.AddRange(await ShellExpansion.WordAsync(_session, token, _cancellation).ConfigureAwait(false));
        }
        if (!run) return 0;
        foreach (var (name, value) in assignments) _session.Variables[name] = value;
        if (words.Count == 0) return 0;
        var target2 = io.Redirect(dropOut, dropErrors, merge);
        if (toErrors) target2 = new ShellIo(io.Input, d => io.ErrorAsync(Encoding.UTF8.GetString(d.Span)), d => io.ErrorAsync(Encoding.UTF8.GetString(d.Span)));
        if (file is null) return await ShellCommands.RunAsync(_session, words, target2, _cancellation).ConfigureAwait(false);
        var path = _session.Resolve(file);
        var text = new StringBuilder(append ? _session.Files.ReadText(path) : "");
        var status = await ShellCommands.RunAsync(_session, words, target2.With(null, text), _cancellation).ConfigureAwait(false);
        if (_session.Files.Write(path, Encoding.UTF8.GetBytes(text.ToString())) is not { } error) return status;
        await io.ErrorAsync($"sh: can't create {file}: {error}\n").ConfigureAwait(false);
        return 1;
    }

    private string? Peek(Func<int> get) => get() < _tokens.Count ? _tokens[get()].Plain : null;

    private void Expect(Func<int> get, Action<int> set, string word)
    {
        if (get() >= _tokens.Count || (_tokens[get()].Operator ?? _tokens[get()].Plain) != word) throw new ShellSyntaxException($"unexpected end of file (expecting \"{word}\")");
        set(get() + 1);
    }

    private void SkipNewlines(Func<int> get, Action<int> set)
    {
        while (get() < _tokens.Count && _tokens[get()].Operator == "\n") set(get() + 1);
    }
}
