namespace Portal.Sandbox.Schema.Cel;

/// <summary>Steps that the rules of one object may take together, so that no rule holds a cluster up.</summary>
internal sealed class CelBudget(int steps = CelBudget.Default)
{
    public const int Default = 1_000_000;

    private long _left = steps;

    public void Take(long count = 1)
    {
        if ((_left -= Math.Max(count, 1)) < 0) throw new CelBudgetException();
    }
}

/// <summary>The variables that an expression sees, innermost first.</summary>
internal sealed class CelScope(CelBudget budget, CelScope? outer, string name, object? value)
{
    public CelBudget Budget => budget;

    public CelScope With(string variable, object? bound) => new(budget, this, variable, bound);

    public object? Find(string variable)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == variable) return scope.Value;
        }
        throw new CelEvaluationException($"no such attribute(s): {variable}");
    }

    private CelScope? Outer => outer;
    private string Name => name;
    private object? Value => value;
}
