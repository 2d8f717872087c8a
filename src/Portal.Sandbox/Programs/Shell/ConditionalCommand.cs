using Portal.Sandbox.Programs.Shell.Commands;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Evaluates <c>[[ … ]]</c>: its operands are not split, and the right side of <c>==</c> is a pattern.
/// </summary>
internal sealed class ConditionalCommand
{
    private readonly ShellInterpreter _shell;
    private readonly IReadOnlyList<(string? Operator, Word? Word)> _terms;
    private int _position;
    private int _depth;

    private ConditionalCommand(ShellInterpreter shell, ConditionalNode node) => (_shell, _terms) = (shell, node.Terms);

    public static async Task<int> RunAsync(ShellInterpreter shell, ConditionalNode node)
    {
        try
        {
            var conditional = new ConditionalCommand(shell, node);
            var value = await conditional.OrAsync(skip: false).ConfigureAwait(false);
            if (conditional._position < node.Terms.Count) throw new CommandException("syntax error", 2);
            return value ? 0 : 1;
        }
        catch (CommandException e)
        {
            await shell.ErrorAsync($"{shell.Name}: {e.Message}\n").ConfigureAwait(false);
            return e.Status;
        }
    }

    private async Task<bool> OrAsync(bool skip)
    {
        var value = await AndAsync(skip).ConfigureAwait(false);
        while (Take("||")) value |= await AndAsync(skip || value).ConfigureAwait(false);
        return value;
    }

    private async Task<bool> AndAsync(bool skip)
    {
        var value = await NotAsync(skip).ConfigureAwait(false);
        while (Take("&&")) value &= await NotAsync(skip || !value).ConfigureAwait(false);
        return value;
    }

    private async Task<bool> NotAsync(bool skip)
    {
        var negated = false;
        while (Plain(0) == "!")
        {
            _position++;
            negated = !negated;
        }
        return await PrimaryAsync(skip).ConfigureAwait(false) != negated;
    }

    private async Task<bool> PrimaryAsync(bool skip)
    {
        if (Take("("))
        {
            if (++_depth > ShellParser.DeepestNesting) throw new CommandException("expression nested too deeply", 2);
            var inner = await OrAsync(skip).ConfigureAwait(false);
            _depth--;
            return Take(")") ? inner : throw new CommandException("syntax error", 2);
        }
        if (_position >= _terms.Count || _terms[_position].Word is not { } first)
            throw new CommandException("argument expected", 2);
        var op =
            _position + 1 < _terms.Count ? _terms[_position + 1].Operator ?? _terms[_position + 1].Word?.Plain : null;
        if (
            op is not null
            && TestExpression.IsBinary(op)
            && _position + 2 < _terms.Count
            && _terms[_position + 2].Word is { } second
        )
        {
            _position += 3;
            return !skip && await BinaryAsync(first, op, second).ConfigureAwait(false);
        }
        _position++;
        if (
            first.Plain is { } unary
            && TestExpression.IsUnary(unary)
            && _position < _terms.Count
            && _terms[_position].Word is { } operand
        )
        {
            _position++;
            return !skip
                && TestExpression.Unary(
                    _shell.Process,
                    unary,
                    await _shell.Expansion.TextAsync(operand).ConfigureAwait(false)
                );
        }
        return !skip && (await _shell.Expansion.TextAsync(first).ConfigureAwait(false)).Length > 0;
    }

    private async Task<bool> BinaryAsync(Word left, string op, Word right)
    {
        var text = await _shell.Expansion.TextAsync(left).ConfigureAwait(false);
        if (op is not ("=" or "==" or "!="))
            return TestExpression.Binary(
                _shell.Process,
                text,
                op,
                await _shell.Expansion.TextAsync(right).ConfigureAwait(false)
            );
        return ShellPattern.IsMatch(await _shell.Expansion.PatternAsync(right).ConfigureAwait(false), text)
            == (op != "!=");
    }

    private string? Plain(int offset) =>
        _position + offset < _terms.Count ? _terms[_position + offset].Word?.Plain : null;

    private bool Take(string op)
    {
        if (_position >= _terms.Count || _terms[_position].Operator != op) return false;
        _position++;
        return true;
    }
}
