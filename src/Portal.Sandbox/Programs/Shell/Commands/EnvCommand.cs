namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class EnvCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["env", "printenv"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options(context.Name == "env" ? "+iu:0" : "0");
        var variables = options.Has('i') ? [] : context.Environment.ToDictionary(StringComparer.Ordinal);
        foreach (var name in options.Values('u')) variables.Remove(name);
        var end = options.Has('0') ? "\0" : "\n";
        if (context.Name == "printenv" && options.Operands.Count > 0)
        {
            foreach (var name in options.Operands)
            {
                if (variables.TryGetValue(name, out var value))
                    await context.OutAsync(value + end).ConfigureAwait(false);
                else
                    context.Status = 1;
            }
            return context.Status;
        }
        var i = 0;
        for (
            ;
            i < options.Operands.Count
                && options.Operands[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals;
            i++
        )
            variables[options.Operands[i][..equals]] = options.Operands[i][(equals + 1)..];
        if (i < options.Operands.Count)
            return await context.ExecuteAsync([.. options.Operands.Skip(i)], variables).ConfigureAwait(false);
        foreach (var (name, value) in variables.OrderBy(v => v.Key, StringComparer.Ordinal))
            await context.OutAsync($"{name}={value}{end}").ConfigureAwait(false);
        return 0;
    }
}
