using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>The variables of a shell process, charged to it.</summary>
internal sealed class ShellVariables(ContainerProcess process)
{
    private const int Overhead = 64;

    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
    private readonly Stack<List<(string Name, Variable? Before)>> _scopes = new();

    private sealed record Variable(string? Value, bool Exported, bool ReadOnly);

    public bool ExportsAll { get; set; }

    public string? this[string name] => _variables.GetValueOrDefault(name)?.Value;

    public IEnumerable<(string Name, string? Value, bool Exported, bool ReadOnly)> All =>
        _variables
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => (v.Key, v.Value.Value, v.Value.Exported, v.Value.ReadOnly));

    public IEnumerable<KeyValuePair<string, string>> Exported =>
        _variables
            .Where(v => v.Value is { Exported: true, Value: not null })
            .Select(v => KeyValuePair.Create(v.Key, v.Value.Value!));

    /// <exception cref="ShellErrorException">The variable is read-only.</exception>
    public void Set(string name, string value, bool? export = null)
    {
        var before = _variables.GetValueOrDefault(name);
        if (before is { ReadOnly: true }) throw new ShellErrorException($"{name}: is read only");
        process.Hold(Cost(name, value) - Cost(name, before));
        _variables[name] = new(value, export ?? (before?.Exported ?? false) || ExportsAll, false);
    }

    public void Mark(string name, bool? exported = null, bool? readOnly = null)
    {
        var before = _variables.GetValueOrDefault(name);
        if (before is null)
            process.Hold(Overhead);
        _variables[name] = new(
            before?.Value,
            exported ?? before?.Exported ?? false,
            readOnly ?? before?.ReadOnly ?? false
        );
    }

    public void Unset(string name)
    {
        if (!_variables.TryGetValue(name, out var before)) return;
        if (before.ReadOnly) throw new ShellErrorException($"{name}: is read only");
        _variables.Remove(name);
        process.Hold(-Cost(name, before));
    }

    public bool IsSet(string name) => this[name] is not null;

    public void EnterFunction() => _scopes.Push([]);

    public void LeaveFunction()
    {
        foreach (var (name, before) in Enumerable.Reverse(_scopes.Pop())) Restore(name, before);
    }

    /// <summary>Makes a variable the function's own until it returns.</summary>
    /// <returns>False outside of functions.</returns>
    public bool Localize(string name)
    {
        if (!_scopes.TryPeek(out var scope)) return false;
        if (!scope.Exists(s => s.Name == name)) scope.Add((name, _variables.GetValueOrDefault(name)));
        return true;
    }

    /// <summary>What puts a variable back as it is now.</summary>
    public Action Remember(string name)
    {
        var before = _variables.GetValueOrDefault(name);
        return () => Restore(name, before);
    }

    public ShellVariables Fork(ContainerProcess child)
    {
        var copy = new ShellVariables(child) { ExportsAll = ExportsAll };
        var cost = 0L;
        foreach (var (name, variable) in _variables)
        {
            copy._variables[name] = variable;
            cost += Cost(name, variable);
        }
        child.Hold(cost);
        // A function's own variables end with the subshell; it needs to know that it is in one.
        foreach (var _ in _scopes) copy._scopes.Push([]);
        return copy;
    }

    private void Restore(string name, Variable? before)
    {
        process.Hold(Cost(name, before) - Cost(name, _variables.GetValueOrDefault(name)));
        if (before is null) _variables.Remove(name);
        else _variables[name] = before;
    }

    private static long Cost(string name, Variable? variable) => variable is null ? 0 : Cost(name, variable.Value);

    // Text is two bytes a character here.
    private static long Cost(string name, string? value) => Overhead + (2L * (name.Length + (value?.Length ?? 0)));
}
