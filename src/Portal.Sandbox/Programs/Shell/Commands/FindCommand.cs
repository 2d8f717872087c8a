namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class FindCommand : IShellCommand
{
    private const int Deepest = 64;

    public IReadOnlyList<string> Names => ["find"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var paths = context.Args.TakeWhile(a => !a.StartsWith('-') && a is not ("!" or "(")).ToList();
        var expression = new FindExpression(context, [.. context.Args.Skip(paths.Count)]);
        if (paths.Count == 0) paths.Add(".");
        foreach (var path in paths)
        {
            if (context.FileStatus(path, follow: false) is null)
                await context.ErrorAsync($"{path}: {ContainerFiles.Missing}").ConfigureAwait(false);
            else
                await VisitAsync(context, expression, path, 0).ConfigureAwait(false);
        }
        await expression.FinishAsync().ConfigureAwait(false);
        return context.Status;
    }

    private static async Task VisitAsync(CommandContext context, FindExpression expression, string path, int depth)
    {
        await context.SpendAsync(5).ConfigureAwait(false);
        if (context.FileStatus(path, follow: false) is not { } status) return;
        var prune = false;
        if (!expression.DepthFirst && depth >= expression.MinDepth)
            prune = await expression.EvaluateAsync(path, status).ConfigureAwait(false);
        if (status.IsDirectory && depth < Math.Min(expression.MaxDepth, Deepest) && !prune)
        {
            foreach (var name in context.Container.Files.List(context.Resolve(path)))
                await VisitAsync(
                        context,
                        expression,
                        $"{(path == "/" ? "" : path.TrimEnd('/'))}/{ByteText.From(name.TrimEnd('/'))}",
                        depth + 1
                    )
                    .ConfigureAwait(false);
        }
        if (expression.DepthFirst && depth >= expression.MinDepth)
            await expression.EvaluateAsync(path, status).ConfigureAwait(false);
    }
}
