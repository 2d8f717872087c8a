using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class StatCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["stat"];

    public static string Permissions(int mode) =>
        string.Concat(Enumerable.Range(0, 9).Select(i => (mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-'));

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("c:Lft");
        foreach (var path in options.Operands)
        {
            if (context.FileStatus(path, options.Has('L')) is not { } status)
            {
                await context.ErrorAsync($"can't stat '{path}': {ContainerFiles.Missing}").ConfigureAwait(false);
                continue;
            }
            var kind =
                status.IsDirectory ? "directory"
                : status.IsLink ? "symbolic link"
                : status.Length == 0 ? "regular empty file"
                : "regular file";
            var letter =
                status.IsDirectory ? 'd'
                : status.IsLink ? 'l'
                : '-';
            var octal = Convert.ToString(status.Mode, 8);
            var user = IdCommand.UserName(context.Container);
            if (options.Value('c') is { } format)
            {
                var text = format
                    .Replace("%n", path, StringComparison.Ordinal)
                    .Replace("%s", status.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("%a", octal, StringComparison.Ordinal)
                    .Replace("%A", letter + Permissions(status.Mode), StringComparison.Ordinal)
                    .Replace("%F", kind, StringComparison.Ordinal)
                    .Replace("%U", user, StringComparison.Ordinal)
                    .Replace("%G", user, StringComparison.Ordinal)
                    .Replace(
                        "%Y",
                        status.Modified.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                        StringComparison.Ordinal
                    )
                    .Replace("%h", status.IsDirectory ? "2" : "1", StringComparison.Ordinal);
                await context.OutAsync(text + "\n").ConfigureAwait(false);
                continue;
            }
            await context
                .OutAsync(
                    $"  File: {path}\n"
                        + $"  Size: {status.Length, -10}\tBlocks: {(status.Length + 511) / 512, -10} IO Block: 4096   "
                        + $"{kind}\n"
                        + $"Access: (0{octal}/{letter}{Permissions(status.Mode)})  Uid: (    0/{user, 8})   Gid: (    "
                        + $"0/{user, 8})\nModify: {status.Modified:yyyy-MM-dd HH:mm:ss.000000000 zzz}\n"
                )
                .ConfigureAwait(false);
        }
        return context.Status;
    }
}
