namespace Portal.Sandbox.Schema.Cel;

/// <summary>One node of a compiled expression; evaluates itself.</summary>
/// <param name="Position">Where the node begins in the source.</param>
internal abstract record CelNode(int Position)
{
    /// <summary>The schema of the value, as far as it is known before there is one.</summary>
    public SchemaNode? Schema { get; init; }

    public object? Evaluate(CelScope scope)
    {
        scope.Budget.Take();
        return Value(scope);
    }

    public bool Test(CelScope scope) => Evaluate(scope) is bool b ? b : throw CelEvaluationException.NoOverload();

    protected abstract object? Value(CelScope scope);
}

internal sealed record CelLiteral(object? Constant, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope) => Constant;
}

internal sealed record CelVariable(string Name, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope) => scope.Find(Name);
}

/// <summary><c>a.b</c>, <c>has(a.b)</c> and <c>a.?b</c>.</summary>
internal sealed record CelSelect(CelNode Operand, string Field, bool TestOnly, bool Optional, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        var operand = Operand.Evaluate(scope);
        var optional = Optional;
        if (operand is CelOptional maybe)
        {
            if (!maybe.HasValue) return TestOnly ? false : maybe;
            operand = maybe.Value;
            optional = true;
        }
        if (operand is not ICelMap map) throw CelEvaluationException.NoOverload();
        var found = map.TryGet(Field, out var value);
        if (TestOnly) return found;
        if (optional) return found ? CelOptional.Of(value) : CelOptional.None;
        return found ? value : throw CelEvaluationException.NoSuchKey(Field);
    }
}

/// <summary><c>a[i]</c> and <c>a[?i]</c>.</summary>
internal sealed record CelIndex(CelNode Operand, CelNode Key, bool Optional, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        var (operand, key, optional) = (Operand.Evaluate(scope), Key.Evaluate(scope), Optional);
        if (operand is CelOptional maybe)
        {
            if (!maybe.HasValue) return maybe;
            operand = maybe.Value;
            optional = true;
        }
        object? value;
        bool found;
        if (operand is IReadOnlyList<object?> list)
        {
            var index = key switch { long n => n, ulong n => (long)Math.Min(n, long.MaxValue), double d when d == Math.Floor(d) => (long)d, _ => throw CelEvaluationException.NoOverload() };
            found = index >= 0 && index < list.Count;
            value = found ? list[(int)index] : null;
            if (!found && !optional) throw new CelEvaluationException($"index out of bounds: {index}");
        }
        else if (operand is ICelMap map)
        {
            found = map.TryGet(key, out value);
            if (!found && !optional) throw CelEvaluationException.NoSuchKey(key);
        }
        else throw CelEvaluationException.NoOverload();
        return !optional ? value : found ? CelOptional.Of(value) : CelOptional.None;
    }
}

/// <summary><c>&amp;&amp;</c> and <c>||</c>: an error on one side does not matter when the other decides.</summary>
internal sealed record CelLogic(CelNode Left, CelNode Right, bool Deciding, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        CelEvaluationException? failed = null;
        try
        {
            if (Left.Test(scope) == Deciding) return Deciding;
        }
        catch (CelEvaluationException e) when (e is not CelBudgetException)
        {
            failed = e;
        }
        if (Right.Test(scope) == Deciding) return Deciding;
        return failed is null ? !Deciding : throw failed;
    }
}

internal sealed record CelConditional(CelNode Condition, CelNode Then, CelNode Else, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope) => Condition.Test(scope) ? Then.Evaluate(scope) : Else.Evaluate(scope);
}

internal sealed record CelNot(CelNode Operand, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope) => !Operand.Test(scope);
}

/// <summary>A function or an operator of values; a method's receiver is its first argument.</summary>
internal sealed record CelCall(string Name, CelFunction Function, IReadOnlyList<CelNode> Arguments, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        var values = new object?[Arguments.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Arguments[i].Evaluate(scope);
        scope.Budget.Take(CelCost.Of(Name, values));
        return Function(values);
    }
}

/// <summary>Elements in <paramref name="Optional"/> positions are optionals and may be absent.</summary>
internal sealed record CelListLiteral(IReadOnlyList<(CelNode Item, bool Optional)> Elements, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        var list = new List<object?>(Elements.Count);
        foreach (var (item, optional) in Elements)
        {
            var value = item.Evaluate(scope);
            if (!optional) list.Add(value);
            else if (value is CelOptional { HasValue: true } present) list.Add(present.Value);
        }
        return list;
    }
}

internal sealed record CelMapLiteral(IReadOnlyList<(CelNode Key, CelNode Item, bool Optional)> Entries, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        var map = new Dictionary<object, object?>(CelValues.Comparer);
        foreach (var (key, item, optional) in Entries)
        {
            var (name, value) = (key.Evaluate(scope) ?? throw new CelEvaluationException("unsupported key type: null_type"), item.Evaluate(scope));
            if (optional)
            {
                if (value is not CelOptional { HasValue: true } present) continue;
                value = present.Value;
            }
            if (!map.TryAdd(name, value)) throw new CelEvaluationException($"Failed with repeated key: {CelValues.Text(name)}");
        }
        return new CelMap(map);
    }
}

/// <summary><c>cel.bind(x, value, body)</c>.</summary>
internal sealed record CelBind(string Variable, CelNode Bound, CelNode Body, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope) => Body.Evaluate(scope.With(Variable, Bound.Evaluate(scope)));
}

/// <summary><c>a.optMap(x, body)</c> and <c>a.optFlatMap(x, body)</c>.</summary>
internal sealed record CelOptionalMap(CelNode Operand, string Variable, CelNode Body, bool Flat, int Position) : CelNode(Position)
{
    protected override object? Value(CelScope scope)
    {
        if (Operand.Evaluate(scope) is not CelOptional optional) throw CelEvaluationException.NoOverload();
        if (!optional.HasValue) return optional;
        var value = Body.Evaluate(scope.With(Variable, optional.Value));
        return Flat ? value : CelOptional.Of(value);
    }
}
