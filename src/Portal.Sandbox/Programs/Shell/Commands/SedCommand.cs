namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SedCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["sed"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("nErie:f: n=quiet r=regexp-extended e=expression i=in-place f=file");
        var operands = options.Operands.ToList();
        var scripts = new List<string>();
        foreach (var (flag, value) in options.All)
        {
            if (flag == 'e') scripts.Add(value);
            if (flag != 'f') continue;
            if (await context.OpenAsync(value).ConfigureAwait(false) is not { } file) return 1;
            scripts.Add(ByteText.From(await file.ReadAllAsync().ConfigureAwait(false)).TrimEnd('\n'));
            file.Close();
        }
        if (scripts.Count == 0)
        {
            if (operands.Count == 0) throw CommandOptions.Usage(context, "missing script");
            scripts.Add(operands[0]);
            operands.RemoveAt(0);
        }
        var program = SedProgram.Parse(string.Join('\n', scripts), options.Has('E') || options.Has('r'));
        var quiet = options.Has('n') || scripts[0].StartsWith("#n\n", StringComparison.Ordinal);
        var run = new SedRun(context, program, quiet);
        if (!options.Has('i')) return await run.RunAsync(operands, null).ConfigureAwait(false);
        foreach (var path in operands)
        {
            // The file is written anew once all of it was read.
            using var result = new MemoryStream();
            run = new SedRun(context, program, quiet);
            if (await run.RunAsync([path], result).ConfigureAwait(false) is not 0 and var failed)
                return failed;
            if (context.Container.Files.Write(context.Resolve(path), result.ToArray()) is { } error)
                await context.ErrorAsync($"{path}: {error}").ConfigureAwait(false);
        }
        return context.Status;
    }
}
