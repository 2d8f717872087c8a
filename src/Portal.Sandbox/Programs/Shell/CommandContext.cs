using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// What a command has of its process: arguments, streams, files, environment. Output is buffered and written before the
/// command waits for input, when it ends, or when <see cref="FlushAsync"/> says so. Text is byte text.
/// </summary>
internal sealed class CommandContext(
    ContainerProcess process,
    IReadOnlyList<string> argv,
    IEnumerable<KeyValuePair<string, string>> environment,
    ShellInterpreter? shell
)
{
    private const int BufferSize = 8192;
    private const double ByteMicroseconds = 0.002;

    private byte[] _buffer = [];
    private int _buffered;
    private readonly List<InputReader> _readers = [];
    private InputReader? _input;

    public ContainerProcess Process => process;
    public ContainerInstance Container => process.Container;
    public string Name { get; } = ShellPath.Name(argv[0]);
    public IReadOnlyList<string> Args { get; } = [.. argv.Skip(1)];
    public IEnumerable<KeyValuePair<string, string>> Environment => environment;
    public CancellationToken Token => process.Token;
    public TimeProvider Time => process.Container.Pod.Cluster.Time;

    /// <summary>The shell of a built-in command; null for programs.</summary>
    public ShellInterpreter? Shell => shell;

    /// <summary>The exit status that a command collects while it goes on.</summary>
    public int Status { get; set; }

    public InputReader Input => _input ??= Read(Share(0));

    public string? Variable(string name) =>
        shell is not null ? shell.Variables[name] : environment.FirstOrDefault(e => e.Key == name).Value;

    public CommandOptions Options(string options) => CommandOptions.Parse(this, options);

    public async Task<int> RunAsync(IShellCommand command)
    {
        try
        {
            var status = await command.RunAsync(this).ConfigureAwait(false);
            await FlushAsync().ConfigureAwait(false);
            return status;
        }
        catch (Exception e) when (e is CommandException or FileException)
        {
            // What was said before the failure comes first.
            await FlushAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            // A command that fails or is stopped does not close what it has open.
            while (_readers.Count > 0) _readers[^1].Close();
        }
    }

    public async ValueTask OutAsync(string text)
    {
        foreach (var chunk in Chunks(text))
        {
            if (_buffered + chunk.Length > BufferSize) await FlushAsync().ConfigureAwait(false);
            if (_buffer.Length == 0) _buffer = new byte[BufferSize];
            foreach (var c in chunk.Span) _buffer[_buffered++] = (byte)c;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data)
    {
        await FlushAsync().ConfigureAwait(false);
        await WriteOutAsync(data).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync()
    {
        if (_buffered == 0) return;
        var count = _buffered;
        _buffered = 0;
        await WriteOutAsync(_buffer.AsMemory(0, count)).ConfigureAwait(false);
    }

    /// <summary>Says something on the error stream as it is.</summary>
    public async ValueTask SayAsync(string text)
    {
        await FlushAsync().ConfigureAwait(false);
        if (process.Files[2] is { } errors) await errors.WriteAsync(ByteText.Bytes(text), Token).ConfigureAwait(false);
    }

    /// <summary>Says what failed, after the command's name.</summary>
    /// <returns>1, which <see cref="Status"/> is from now on too.</returns>
    public async ValueTask<int> ErrorAsync(string message)
    {
        await SayAsync($"{Name}: {message}\n").ConfigureAwait(false);
        return Status = 1;
    }

    /// <summary>Drops what is buffered and says something.</summary>
    public ValueTask DiscardAsync(string text)
    {
        _buffered = 0;
        return SayAsync(text);
    }

    public ValueTask SpendAsync(double microseconds) => process.SpendAsync(microseconds);

    public string Resolve(string path) => ShellFiles.Resolve(process, path);

    public FileStatus? FileStatus(string path, bool follow = true) =>
        path.Length == 0 ? null : Container.Files.Status(Resolve(path), follow);

    /// <summary>Reads a stream that is the command's own; it is closed with the command at the latest.</summary>
    public InputReader Read(OpenFile file)
    {
        var reader = new InputReader(this, file, r => _readers.Remove(r));
        _readers.Add(reader);
        return reader;
    }

    /// <summary>Opens a file, or the standard input for "-"; says why not, and null then.</summary>
    public async ValueTask<InputReader?> OpenAsync(string path)
    {
        if (path == "-") return Read(Share(0));
        try
        {
            return Read(ShellFiles.Open(process, path, ShellFiles.Access.Read));
        }
        catch (FileException e)
        {
            var saysOpen = Name is "head" or "tail" or "cat" or "tac" or "nl" or "sort" or "sed" or "od";
            var what =
                e.Message == "Is a directory" ? "read error"
                : saysOpen ? $"can't open '{path}'"
                : path;
            await ErrorAsync($"{what}: {e.Message}").ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>
    /// All files that are named, or the standard input when none is; those that cannot be read are reported and left
    /// out.
    /// </summary>
    public async IAsyncEnumerable<(string Path, InputReader Input)> InputsAsync(IReadOnlyList<string> paths)
    {
        foreach (var path in paths.Count == 0 ? ["-"] : paths)
        {
            if (await OpenAsync(path).ConfigureAwait(false) is not { } input) continue;
            try
            {
                yield return (path, input);
            }
            finally
            {
                input.Close();
            }
        }
    }

    /// <summary>Runs another command as a child and waits for it.</summary>
    public async Task<int> ExecuteAsync(
        IReadOnlyList<string> command,
        IEnumerable<KeyValuePair<string, string>>? variables = null
    )
    {
        await FlushAsync().ConfigureAwait(false);
        return await ShellLauncher.RunChildAsync(process, command, variables ?? environment).ConfigureAwait(false);
    }

    /// <summary>The streams for code that writes text to a client.</summary>
    public ShellIo ToIo() => new(ShellIo.NoInput, data => WriteAsync(data).AsTask(), async data =>
    {
        await FlushAsync().ConfigureAwait(false);
        if (process.Files[2] is { } errors) await errors.WriteAsync(data, Token).ConfigureAwait(false);
    });

    private OpenFile Share(int number) =>
        process.Files[number]?.Share() ?? throw new CommandException("Bad file descriptor");

    private async ValueTask WriteOutAsync(ReadOnlyMemory<byte> data)
    {
        await SpendAsync(1 + (data.Length * ByteMicroseconds)).ConfigureAwait(false);
        if (process.Files[1] is not { } output) throw new CommandException("write error: Bad file descriptor");
        try
        {
            await output.WriteAsync(data, Token).ConfigureAwait(false);
        }
        catch (FileException e)
        {
            throw new CommandException($"write error: {e.Message}");
        }
    }

    private static IEnumerable<ReadOnlyMemory<char>> Chunks(string text)
    {
        for (var i = 0; i < text.Length; i += BufferSize)
            yield return text.AsMemory(i, Math.Min(BufferSize, text.Length - i));
    }
}
