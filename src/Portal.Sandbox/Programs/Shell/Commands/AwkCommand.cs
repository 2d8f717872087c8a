using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class AwkCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["awk", "gawk", "mawk"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+F:v:f:");
        var operands = options.Operands.ToList();
        var source = new StringBuilder();
        foreach (var file in options.Values('f'))
        {
            if (await context.OpenAsync(file).ConfigureAwait(false) is not { } input) return 2;
            source.Append(ByteText.From(await input.ReadAllAsync().ConfigureAwait(false))).Append('\n');
            input.Close();
        }
        if (!options.Has('f'))
        {
            if (operands.Count == 0) throw CommandOptions.Usage(context, "missing program");
            source.Append(operands[0]);
            operands.RemoveAt(0);
        }
        var program = new AwkParser(source.ToString()).Parse();
        var run = new AwkRun(context, program, operands);
        if (options.Value('F') is { } separator) run.SetSeparator(separator);
        foreach (var assignment in options.Values('v')) run.Assign(assignment);
        return await run.RunAsync().ConfigureAwait(false);
    }
}
