namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class DdCommand : IShellCommand
{
    private const int LargestBlock = 4 << 20;

    public IReadOnlyList<string> Names => ["dd"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var values = context
            .Args.Where(a => a.Contains('=', StringComparison.Ordinal))
            .GroupBy(a => a[..a.IndexOf('=', StringComparison.Ordinal)])
            .ToDictionary(g => g.Key, g => g.Last()[(g.Key.Length + 1)..], StringComparer.Ordinal);
        if (context.Args.FirstOrDefault(a => !a.Contains('=', StringComparison.Ordinal)) is { } bad)
            throw CommandOptions.Usage(context, $"invalid argument '{bad}'");
        long Number(string name, long otherwise) =>
            values.TryGetValue(name, out var text) ? CommandOptions.ParseNumber(text) : otherwise;
        var size = Number("bs", Number("ibs", 512));
        if (size is <= 0 or > LargestBlock)
            throw new CommandException($"bs={values.GetValueOrDefault("bs")}: number out of range");
        var (count, skip, seek) = (Number("count", long.MaxValue), Number("skip", 0), Number("seek", 0));
        var keeps = values.GetValueOrDefault("conv", "").Contains("notrunc", StringComparison.Ordinal) || seek > 0;
        var quiet = values.GetValueOrDefault("status") == "none";
        // As the real one does, over its own descriptors, which close with the process.
        var files = context.Process.Files;
        try
        {
            if (values.TryGetValue("if", out var from))
                files.Set(0, ShellFiles.Open(context.Process, from, ShellFiles.Access.Read));
        }
        catch (FileException e)
        {
            throw new CommandException($"can't open '{values["if"]}': {e.Message}");
        }
        if (values.TryGetValue("of", out var to))
            files.Set(
                1,
                ShellFiles.Open(context.Process, to, keeps ? ShellFiles.Access.ReadWrite : ShellFiles.Access.Write)
            );
        if (files[0] is not { } input || files[1] is not { } output)
            throw new CommandException("Bad file descriptor");
        if (output is RegularFile file && seek > 0)
            file.Position = seek * size;
        context.Process.Hold(size);
        var (buffer, whole, part, bytes, failure) = (new byte[size], 0L, 0L, 0L, (string?)null);
        try
        {
            for (var block = -skip; block < count; block++)
            {
                var length = 0;
                while (
                    length < size
                    && await input.ReadAsync(buffer.AsMemory(length), context.Token).ConfigureAwait(false)
                        is > 0
                            and var read
                )
                    length += read;
                if (length == 0)
                    break;
                await context.SpendAsync(1 + (length * 0.001)).ConfigureAwait(false);
                if (block < 0) continue;
                await output.WriteAsync(buffer.AsMemory(0, length), context.Token).ConfigureAwait(false);
                bytes += length;
                if (length == size) whole++;
                else part++;
            }
        }
        catch (FileException e)
        {
            failure = e.Message;
        }
        if (failure is not null)
            await context.ErrorAsync($"error writing '{to}': {failure}").ConfigureAwait(false);
        if (!quiet)
            await context
                .SayAsync(
                    $"{whole}+{part} records in\n{whole}+{part} records out\n"
                        + $"{bytes} bytes ({DuCommand.Human(bytes)}B) copied, 0.001 seconds, "
                        + $"{DuCommand.Human(bytes * 1000)}B/s\n"
                )
                .ConfigureAwait(false);
        return context.Status;
    }
}
