using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class DfCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["df"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("hkmiPTa");
        string Size(long bytes) =>
            options.Has('h')
                ? DuCommand.Human(bytes)
                : (bytes / (options.Has('m') ? 1 << 20 : 1024)).ToString(CultureInfo.InvariantCulture);
        await context
            .OutAsync(
                $"Filesystem           {(options.Has('h') ? "     Size" : "1K-blocks")}      Used Available "
                    + "Use% Mounted on\n"
            )
            .ConfigureAwait(false);
        var rows = new List<(string Source, string Path)> { ("overlay", "/") };
        rows.AddRange(context.Container.Files.Mounts.Where(m => !m.ReadOnly).Select(m => ("/dev/sda1", m.Path)));
        foreach (var (source, path) in rows)
        {
            var (taken, limit, free) = context.Container.Files.Space(path);
            var available = Math.Max(0, Math.Min(free, limit - taken));
            await context
                .OutAsync(
                    $"{source, -20} {Size(limit), 9} {Size(taken), 9} {Size(available), 9} "
                        + $"{(limit == 0 ? 0 : 100 * taken / limit), 3}% {path}\n"
                )
                .ConfigureAwait(false);
        }
        return 0;
    }
}
