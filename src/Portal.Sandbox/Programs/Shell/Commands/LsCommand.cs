using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class LsCommand : IShellCommand
{
    private const int Deepest = 64;

    public IReadOnlyList<string> Names => ["ls"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("1aAlRdhFprtSincskLHuxC");
        var (files, directories) = (new List<string>(), new List<string>());
        foreach (var operand in options.Operands.Count == 0 ? ["."] : options.Operands)
        {
            if (
                context.FileStatus(operand) is not { } status
                && (context.FileStatus(operand, follow: false) is not { } link || (status = link) is null)
            )
                await context.ErrorAsync($"{operand}: {ContainerFiles.Missing}").ConfigureAwait(false);
            else if (status.IsDirectory && !options.Has('d'))
                directories.Add(operand);
            else
                files.Add(operand);
        }
        await ShowAsync(context, options, "", Order(context, options, "", files)).ConfigureAwait(false);
        var titled = options.Operands.Count > 1 || options.Has('R');
        var first = files.Count == 0;
        foreach (var directory in directories.Order(StringComparer.Ordinal))
            first = await DirectoryAsync(context, options, directory, titled, first, 0).ConfigureAwait(false);
        return context.Status;
    }

    private static async Task<bool> DirectoryAsync(
        CommandContext context,
        CommandOptions options,
        string directory,
        bool titled,
        bool first,
        int depth
    )
    {
        var all = context
            .Container.Files.List(context.Resolve(directory))
            .Select(n => ByteText.From(n.TrimEnd('/')))
            .ToList();
        var names = all.FindAll(n => options.Has('a') || options.Has('A') || !n.StartsWith('.'));
        if (titled)
            await context.OutAsync($"{(first ? "" : "\n")}{directory}:\n").ConfigureAwait(false);
        if (options.Has('l'))
            await context
                .OutAsync($"total {names.Sum(n => ((Status(context, directory, n)?.Length ?? 0) + 4095) / 4096 * 4)}\n")
                .ConfigureAwait(false);
        if (options.Has('a'))
            names = [".", "..", .. names];
        await ShowAsync(context, options, directory, Order(context, options, directory, names)).ConfigureAwait(false);
        if (!options.Has('R') || depth >= Deepest) return false;
        foreach (var name in names)
            if (name is not ("." or "..") && Status(context, directory, name) is { IsDirectory: true })
                await DirectoryAsync(context, options, $"{directory.TrimEnd('/')}/{name}", titled, false, depth + 1)
                    .ConfigureAwait(false);
        return false;
    }

    private static FileStatus? Status(CommandContext context, string directory, string name) =>
        context.FileStatus(directory.Length == 0 ? name : $"{directory}/{name}", follow: false);

    private static List<string> Order(
        CommandContext context,
        CommandOptions options,
        string directory,
        List<string> names
    )
    {
        IEnumerable<string> sorted = names.Order(StringComparer.Ordinal);
        if (options.Has('t')) sorted = sorted.OrderByDescending(n => Status(context, directory, n)?.Modified);
        if (options.Has('S')) sorted = sorted.OrderByDescending(n => Status(context, directory, n)?.Length);
        return [.. options.Has('r') ? sorted.Reverse() : sorted];
    }

    private static async Task ShowAsync(
        CommandContext context,
        CommandOptions options,
        string directory,
        List<string> names
    )
    {
        foreach (var name in names)
        {
            var status = Status(context, directory, name);
            var mark =
                (options.Has('F') || options.Has('p')) && status is { IsDirectory: true } ? "/"
                : options.Has('F') && status is { IsDirectory: false, IsLink: false } && (status.Mode & 0x49) != 0 ? "*"
                : options.Has('F') && status is { IsLink: true } ? "@"
                : "";
            await context.SpendAsync(2).ConfigureAwait(false);
            await context
                .OutAsync(
                    (options.Has('i') ? $"{Math.Abs(name.GetHashCode(StringComparison.Ordinal)) % 100000, 7} " : "")
                        + (options.Has('l') && status is not null ? Long(context, options, status) : "")
                        + name
                        + (
                            options.Has('l') && status?.Node?.Target is { } target
                                ? $" -> {ByteText.From(target)}"
                                : mark
                        )
                        + "\n"
                )
                .ConfigureAwait(false);
        }
    }

    private static string Long(CommandContext context, CommandOptions options, FileStatus status)
    {
        var kind = status.IsDirectory ? 'd' : status.IsLink ? 'l' : '-';
        var user = IdCommand.UserName(context.Container);
        var size = options.Has('h')
            ? DuCommand.Human(status.Length)
            : status.Length.ToString(CultureInfo.InvariantCulture);
        return $"{kind}{StatCommand.Permissions(status.IsLink ? 0x1FF : status.Mode)} "
            + $"{(status.IsDirectory ? 2 : 1), 4} {user, -8} {user, -8} {size, 9} "
            + $"{status.Modified.ToString("MMM dd HH:mm", CultureInfo.InvariantCulture)} ";
    }
}
