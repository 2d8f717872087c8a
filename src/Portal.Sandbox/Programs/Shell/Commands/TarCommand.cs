using System.Formats.Tar;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Archives: what copying files to and from a container runs, and files.</summary>
internal sealed class TarCommand : IShellCommand
{
    private const int Deepest = 64;

    public IReadOnlyList<string> Names => ["tar"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var args = context.Args.ToList();
        if (args.Count > 0 && !args[0].StartsWith('-'))
            args[0] = "-" + args[0];
        var options = CommandOptions.Parse(
            new CommandContext(context.Process, ["tar", .. args], context.Environment, context.Shell),
            "cxtvzjmpohkOf:C:T:X: m=no-same-owner p=no-same-permissions"
        );
        var file = options.Value('f') is { } f and not "-" ? f : null;
        var directory = options.Value('C') is { } c ? context.Resolve(c) : context.Process.Directory;
        if (options.Has('c')) return await CreateAsync(context, options, directory, file).ConfigureAwait(false);
        if (!options.Has('x') && !options.Has('t')) throw CommandOptions.Usage(context, "must specify one of -c -t -x");
        return await ExtractAsync(context, options, directory, file).ConfigureAwait(false);
    }

    private static async Task<int> CreateAsync(
        CommandContext context,
        CommandOptions options,
        string directory,
        string? file
    )
    {
        var status = 0;
        using var buffer = new MemoryStream();
        await using (var writer = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var operand in options.Operands)
            {
                var path = ShellPath.Resolve(directory, ByteText.ToText(operand));
                if (Add(context, writer, path, ByteText.ToText(operand).TrimStart('/'), 0))
                    continue;
                await context
                    .SayAsync(
                        $"tar: {operand}: Cannot stat: No such file or directory\n"
                            + "tar: Exiting with failure status due to previous errors\n"
                    )
                    .ConfigureAwait(false);
                status = 2;
            }
        }
        if (file is null)
            await context.WriteAsync(buffer.ToArray()).ConfigureAwait(false);
        else if (context.Container.Files.Write(context.Resolve(file), buffer.ToArray()) is { } error)
            return await context.ErrorAsync($"{file}: {error}").ConfigureAwait(false);
        return status;
    }

    private static bool Add(CommandContext context, TarWriter writer, string path, string name, int depth)
    {
        var files = context.Container.Files;
        if (files.Read(path) is { } content)
        {
            context.Process.Hold(content.Length);
            writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }
            );
            return true;
        }
        if (!files.IsDirectory(path) || depth > Deepest)
            return false;
        if (name.Trim('.', '/').Length > 0)
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name.TrimEnd('/') + "/"));
        foreach (var inner in files.List(path))
            Add(
                context,
                writer,
                ShellPath.Join(path, inner.TrimEnd('/')),
                $"{name.TrimEnd('/')}/{inner.TrimEnd('/')}".TrimStart('/'),
                depth + 1
            );
        return true;
    }

    private static async Task<int> ExtractAsync(
        CommandContext context,
        CommandOptions options,
        string directory,
        string? file
    )
    {
        var input = context.Input;
        if (file is not null)
        {
            if (await context.OpenAsync(file).ConfigureAwait(false) is not { } opened) return 1;
            input = opened;
        }
        using var all = new MemoryStream(await input.ReadAllAsync().ConfigureAwait(false));
        if (file is not null) input.Close();
        await using var reader = new TarReader(all);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: true, context.Token).ConfigureAwait(false) is { } entry)
            {
                await context.SpendAsync(20).ConfigureAwait(false);
                if (options.Has('t') || options.Has('v'))
                    await context.OutAsync(ByteText.From(entry.Name) + "\n").ConfigureAwait(false);
                if (options.Has('t'))
                    continue;
                var path = ShellPath.Resolve(directory, entry.Name.TrimEnd('/').TrimStart('/'));
                if (entry.EntryType == TarEntryType.Directory)
                {
                    if (!context.Container.Files.IsDirectory(path)) context.Container.Files.MakeDirectory(path);
                    continue;
                }
                using var content = new MemoryStream();
                if (entry.DataStream is { } data) await data.CopyToAsync(content, context.Token).ConfigureAwait(false);
                var parent = path[..path.LastIndexOf('/')];
                if (parent.Length > 0 && !context.Container.Files.IsDirectory(parent))
                    context.Container.Files.MakeDirectory(parent);
                if (context.Container.Files.Write(path, content.ToArray()) is not { } error)
                    continue;
                await context
                    .SayAsync(
                        $"tar: {ByteText.From(entry.Name)}: Cannot open: {error}\n"
                            + "tar: Exiting with failure status due to previous errors\n"
                    )
                    .ConfigureAwait(false);
                return 2;
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new CommandException("invalid tar magic");
        }
        return 0;
    }
}
