namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class MountCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["mount"];

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Args.Count > 0)
            throw new CommandException("permission denied (are you root?)");
        await context
            .OutAsync(
                "overlay on / type overlay (rw,relatime)\n"
                    + "proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)\n"
                    + "tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)\n"
            )
            .ConfigureAwait(false);
        foreach (var (path, _, readOnly) in context.Container.Files.Mounts)
            await context
                .OutAsync($"/dev/sda1 on {path} type ext4 ({(readOnly ? "ro" : "rw")},relatime)\n")
                .ConfigureAwait(false);
        return 0;
    }
}
