using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class DuCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["du"];

    public static string Human(long bytes)
    {
        if (bytes < 1024) return bytes.ToString(CultureInfo.InvariantCulture);
        var (value, unit) = ((double)bytes, -1);
        for (; value >= 1024 && unit < 5; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:F1}{"KMGTPE"[unit]}");
    }

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("shkmacd:");
        foreach (var operand in options.Operands.Count == 0 ? ["."] : options.Operands)
        {
            if (context.FileStatus(operand) is null)
                await context.ErrorAsync($"{operand}: {ContainerFiles.Missing}").ConfigureAwait(false);
            else
                await SizeAsync(context, options, operand, 0).ConfigureAwait(false);
        }
        return context.Status;
    }

    private static async Task<long> SizeAsync(CommandContext context, CommandOptions options, string path, int depth)
    {
        await context.SpendAsync(5).ConfigureAwait(false);
        var full = context.Resolve(path);
        var status = context.Container.Files.Status(full, follow: false);
        if (status is null || depth > 64) return 0;
        var size = (status.Length + 4095) / 4096 * 4096;
        if (status.IsDirectory)
            foreach (var name in context.Container.Files.List(full))
                size += await SizeAsync(
                        context,
                        options,
                        $"{path.TrimEnd('/')}/{ByteText.From(name.TrimEnd('/'))}",
                        depth + 1
                    )
                    .ConfigureAwait(false);
        if (
            depth == 0
            || (
                !options.Has('s')
                && (status.IsDirectory || options.Has('a'))
                && depth <= options.Number('d', int.MaxValue)
            )
        )
        {
            var blocks = size / (options.Has('m') ? 1 << 20 : 1024);
            var shown = options.Has('h') ? Human(size) : blocks.ToString(CultureInfo.InvariantCulture);
            await context.OutAsync($"{shown}\t{path}\n").ConfigureAwait(false);
        }
        return size;
    }
}
