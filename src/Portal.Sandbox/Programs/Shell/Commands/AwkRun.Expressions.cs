namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Expressions.</summary>
internal sealed partial class AwkRun
{
    private async Task<AwkValue> EvaluateAsync(AwkNode node)
    {
        await _context.SpendAsync(0.1).ConfigureAwait(false);
        switch (node)
        {
            case AwkNumber number:
                return AwkValue.Of(number.Value);
            case AwkString text:
                return AwkValue.Of(text.Value);
            case AwkRegex regex:
                return Truth(Regex(regex.Pattern).IsMatch(Record()));
            case AwkVariable variable:
                return Variable(variable.Name);
            case AwkField field:
                return Field(
                    (int)Math.Clamp((await EvaluateAsync(field.Index).ConfigureAwait(false)).Number, -1, MostFields)
                );
            case AwkElement element:
                var (array, key) = (Array(element.Array), await KeyAsync(element.Index).ConfigureAwait(false));
                // To look at an element makes it.
                if (!array.TryGetValue(key, out var value)) Store(array, key, default);
                return value;
            case AwkUnary { Operator: "(" } group: return await EvaluateAsync(group.Operand).ConfigureAwait(false);
            case AwkUnary unary:
                var operand = await EvaluateAsync(unary.Operand).ConfigureAwait(false);
                return unary.Operator switch
                {
                    "!" => Truth(!operand.IsTrue),
                    "-" => AwkValue.Of(-operand.Number),
                    _ => AwkValue.Of(operand.Number),
                };
            case AwkBinary binary:
                return await BinaryAsync(binary).ConfigureAwait(false);
            case AwkConditional choice:
                return await EvaluateAsync(
                        (await EvaluateAsync(choice.Condition).ConfigureAwait(false)).IsTrue ? choice.Yes : choice.No
                    )
                    .ConfigureAwait(false);
            case AwkAssign assign:
                var result = await EvaluateAsync(assign.Value).ConfigureAwait(false);
                if (assign.Operator.Length > 0)
                    result = AwkValue.Of(
                        Compute(
                            assign.Operator,
                            (await EvaluateAsync(assign.Target).ConfigureAwait(false)).Number,
                            result.Number
                        )
                    );
                await SetAsync(assign.Target, result).ConfigureAwait(false);
                return result;
            case AwkStep step:
                var before = (await EvaluateAsync(step.Target).ConfigureAwait(false)).Number;
                await SetAsync(step.Target, AwkValue.Of(before + step.By)).ConfigureAwait(false);
                return AwkValue.Of(step.Before ? before + step.By : before);
            case AwkIn contains:
                return Truth(Array(contains.Array).ContainsKey(await KeyAsync(contains.Index).ConfigureAwait(false)));
            case AwkGetline getline:
                return await GetlineAsync(getline).ConfigureAwait(false);
            case AwkCall { User: true } call:
                return await CallAsync(call).ConfigureAwait(false);
            case AwkCall call:
                return await BuiltinAsync(call).ConfigureAwait(false);
            default:
                throw new InvalidOperationException(node.GetType().Name);
        }
    }

    private static AwkValue Truth(bool value) => AwkValue.Of(value ? 1 : 0);

    private async Task SetAsync(AwkNode target, AwkValue value)
    {
        switch (target)
        {
            case AwkVariable variable:
                SetVariable(variable.Name, value);
                break;
            case AwkField field:
                SetField(
                    (int)
                        Math.Clamp((await EvaluateAsync(field.Index).ConfigureAwait(false)).Number, -1, MostFields + 1),
                    value.Text()
                );
                break;
            case AwkElement element:
                Store(Array(element.Array), await KeyAsync(element.Index).ConfigureAwait(false), value);
                break;
            case AwkUnary { Operator: "(" } group:
                await SetAsync(group.Operand, value).ConfigureAwait(false);
                break;
            default:
                throw new CommandException("cmd. line:1: Unexpected token");
        }
    }

    private async Task<AwkValue> BinaryAsync(AwkBinary binary)
    {
        // A long chain leans to the left: it is walked, not recursed into.
        var chain = new Stack<AwkBinary>();
        AwkNode node = binary;
        while (node is AwkBinary next && next.Operator is " " or "+" or "-" or "*" or "/" or "%")
        {
            chain.Push(next);
            node = next.Left;
        }
        if (chain.Count == 0) return await LogicAsync(binary).ConfigureAwait(false);
        var left = await EvaluateAsync(node).ConfigureAwait(false);
        while (chain.TryPop(out var step))
        {
            var right = await EvaluateAsync(step.Right).ConfigureAwait(false);
            if (step.Operator != " ") left = AwkValue.Of(Compute(step.Operator, left.Number, right.Number));
            else
            {
                var text = left.Text(Global("CONVFMT")) + right.Text(Global("CONVFMT"));
                if (text.Length > MostText) throw new OutOfMemoryKillException();
                await _context.SpendAsync(text.Length * 0.001).ConfigureAwait(false);
                left = AwkValue.Of(text);
            }
        }
        return left;
    }

    private const int MostText = 32 << 20;

    private async Task<AwkValue> LogicAsync(AwkBinary binary)
    {
        var left = await EvaluateAsync(binary.Left).ConfigureAwait(false);
        switch (binary.Operator)
        {
            case "&&": return Truth(left.IsTrue && (await EvaluateAsync(binary.Right).ConfigureAwait(false)).IsTrue);
            case "||": return Truth(left.IsTrue || (await EvaluateAsync(binary.Right).ConfigureAwait(false)).IsTrue);
            case "~" or "!~":
                var pattern = binary.Right is AwkRegex regex
                    ? regex.Pattern
                    : (await EvaluateAsync(binary.Right).ConfigureAwait(false)).Text();
                return Truth(Regex(pattern).IsMatch(left.Text()) == (binary.Operator == "~"));
        }
        var right = await EvaluateAsync(binary.Right).ConfigureAwait(false);
        if (binary.Operator == "^")
            return AwkValue.Of(Math.Pow(left.Number, right.Number));
        var order =
            left.IsNumeric && right.IsNumeric
                ? left.Number.CompareTo(right.Number)
                : string.CompareOrdinal(left.Text(), right.Text());
        return Truth(
            binary.Operator switch
            {
                "<" => order < 0,
                "<=" => order <= 0,
                "==" => order == 0,
                "!=" => order != 0,
                ">=" => order >= 0,
                _ => order > 0,
            }
        );
    }

    private static double Compute(string op, double a, double b) =>
        op switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "^" => Math.Pow(a, b),
            "/" => b == 0 ? throw new CommandException("cmd. line:1: Division by zero") : a / b,
            _ => b == 0 ? throw new CommandException("cmd. line:1: Division by zero") : a % b,
        };

    private async Task<AwkValue> CallAsync(AwkCall call)
    {
        if (!_program.Functions.TryGetValue(call.Name, out var function))
            throw new CommandException("cmd. line:1: Call to undefined function");
        if (++_depth > DeepestCalls)
            throw new CommandException("cmd. line:1: function calls nested too deeply");
        var frame = new Frame(new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        for (var i = 0; i < function.Parameters.Count; i++)
        {
            var name = function.Parameters[i];
            frame.Values[name] = default;
            if (i >= call.Arguments.Count) continue;
            // An array is handed over by reference; a name that is not set yet may become one.
            if (
                call.Arguments[i] is AwkVariable variable
                && (IsArray(variable.Name) || Variable(variable.Name).IsUnset)
            )
                frame.Arrays[name] = Array(variable.Name);
            if (call.Arguments[i] is not AwkVariable { Name: var other } || !IsFilled(other))
                frame.Values[name] = await EvaluateAsync(call.Arguments[i]).ConfigureAwait(false);
        }
        var caller = _frame;
        _frame = frame;
        _result = default;
        await ExecuteAsync(function.Body).ConfigureAwait(false);
        if (_jump == "return") _jump = "";
        _frame = caller;
        _depth--;
        var result = _result;
        _result = default;
        return result;
    }

    private bool IsArray(string name) =>
        _frame is not null && _frame.Values.ContainsKey(name)
            ? _frame.Arrays.ContainsKey(name)
            : _arrays.ContainsKey(name);

    private bool IsFilled(string name) => IsArray(name) && Array(name).Count > 0;
}
