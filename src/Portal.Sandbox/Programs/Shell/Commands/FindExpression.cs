using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>What find asks of each file, and does with it.</summary>
internal sealed class FindExpression
{
    private const int MostTerms = 1000, LongestBatch = 500;

    private readonly CommandContext _context;
    private readonly IReadOnlyList<string> _args;
    private readonly Func<string, FileStatus, Task<bool>> _test;
    private readonly List<(List<string> Command, List<string> Batch)> _batches = [];
    private int _position;
    private int _depth;
    private bool _acts;
    private bool _prune;

    public FindExpression(CommandContext context, IReadOnlyList<string> args)
    {
        (_context, _args) = (context, args);
        if (args.Count > MostTerms) throw new CommandException("too many arguments");
        var test = args.Count == 0 ? (_, _) => Task.FromResult(true) : Or();
        if (_position < args.Count) throw new CommandException($"unrecognized: {args[_position]}");
        _test = _acts ? test : async (path, status) =>
        {
            if (!await test(path, status).ConfigureAwait(false)) return false;
            await context.OutAsync(path + "\n").ConfigureAwait(false);
            return true;
        };
    }

    public int MaxDepth { get; private set; } = int.MaxValue;
    public int MinDepth { get; private set; }
    public bool DepthFirst { get; private set; }

    /// <returns>Whether the directory is not to be entered.</returns>
    public async Task<bool> EvaluateAsync(string path, FileStatus status)
    {
        _prune = false;
        await _test(path, status).ConfigureAwait(false);
        return _prune;
    }

    public async Task FinishAsync()
    {
        foreach (var (command, batch) in _batches) await RunBatchAsync(command, batch).ConfigureAwait(false);
    }

    private async Task RunBatchAsync(List<string> command, List<string> batch)
    {
        if (batch.Count == 0) return;
        List<string> argv = [.. command, .. batch];
        batch.Clear();
        if (await _context.ExecuteAsync(argv).ConfigureAwait(false) != 0) _context.Status = 1;
    }

    private string? Peek() => _position < _args.Count ? _args[_position] : null;

    private Func<string, FileStatus, Task<bool>> Or()
    {
        if (++_depth > 200) throw new CommandException("expression nested too deeply");
        var left = And();
        while (Peek() is "-o" or "-or")
        {
            _position++;
            var (first, second) = (left, And());
            left = async (p, s) => await first(p, s).ConfigureAwait(false) || await second(p, s).ConfigureAwait(false);
        }
        _depth--;
        return left;
    }

    private Func<string, FileStatus, Task<bool>> And()
    {
        var left = Not();
        while (Peek() is not (null or "-o" or "-or" or ")"))
        {
            if (Peek() is "-a" or "-and") _position++;
            var (first, second) = (left, Not());
            left = async (p, s) => await first(p, s).ConfigureAwait(false) && await second(p, s).ConfigureAwait(false);
        }
        return left;
    }

    private Func<string, FileStatus, Task<bool>> Not()
    {
        var negated = false;
        while (Peek() is "!" or "-not")
        {
            _position++;
            negated = !negated;
        }
        var inner = Primary();
        return negated ? async (p, s) => !await inner(p, s).ConfigureAwait(false) : inner;
    }

    private string Argument() =>
        _position < _args.Count
            ? _args[_position++]
            : throw new CommandException($"option '{_args[^1]}' requires an argument");

    private Func<string, FileStatus, Task<bool>> Primary()
    {
        static Func<string, FileStatus, Task<bool>> When(Func<string, FileStatus, bool> test) =>
            (p, s) => Task.FromResult(test(p, s));
        var name = Argument();
        switch (name)
        {
            case "(":
                var inner = Or();
                return Argument() == ")" ? inner : throw new CommandException("unpaired '('");
            case "-name" or "-iname":
                var pattern = new ShellPattern(Argument(), name == "-iname");
                return When((p, _) => pattern.IsMatch(p.TrimEnd('/') is { Length: > 0 } t ? ShellPath.Name(t) : "/"));
            case "-path" or "-wholename":
                var whole = new ShellPattern(Argument());
                return When((p, _) => whole.IsMatch(p));
            case "-regex":
                var regex = PosixRegex.Compile($"^\\({Argument()}\\)$", extended: false, ignoreCase: false);
                return When((p, _) => regex.IsMatch(p));
            case "-type":
                var type = Argument();
                return When(
                    (_, s) =>
                        type switch
                        {
                            "d" => s.IsDirectory,
                            "l" => s.IsLink,
                            _ => !s.IsDirectory && !s.IsLink,
                        }
                );
            case "-empty":
                return When(
                    (p, s) =>
                        s.IsDirectory ? _context.Container.Files.List(_context.Resolve(p)).Count == 0 : s.Length == 0
                );
            case "-size":
                return Size(Argument());
            case "-newer":
                var than =
                    _context.FileStatus(Argument())?.Modified ?? throw new CommandException(ContainerFiles.Missing);
                return When((_, s) => s.Modified > than);
            case "-mmin" or "-mtime":
                var unit = name == "-mmin" ? 1d : 1440;
                var (sign, amount) = Signed(Argument());
                return When(
                    (_, s) =>
                        Math.Floor((_context.Time.GetUtcNow() - s.Modified).TotalMinutes / unit) is var age
                        && (
                            sign == '+' ? age > amount
                            : sign == '-' ? age < amount
                            : age == amount
                        )
                );
            case "-perm":
                var mode = Argument();
                return When(
                    (_, s) =>
                        Convert.ToInt32(mode.TrimStart('-', '/'), 8) is var bits
                        && (
                            mode[0] == '-' ? (s.Mode & bits) == bits
                            : mode[0] == '/' ? (s.Mode & bits) != 0
                            : s.Mode == bits
                        )
                );
            case "-maxdepth":
                MaxDepth = (int)Math.Clamp(CommandOptions.ParseNumber(Argument()), 0, int.MaxValue);
                return When((_, _) => true);
            case "-mindepth":
                MinDepth = (int)Math.Clamp(CommandOptions.ParseNumber(Argument()), 0, int.MaxValue);
                return When((_, _) => true);
            case "-depth":
                DepthFirst = true;
                return When((_, _) => true);
            case "-xdev" or "-follow" or "-true": return When((_, _) => true);
            case "-prune": return When((_, _) => _prune = true);
            case "-print" or "-print0": return Print(name == "-print0" ? "\0" : "\n");
            case "-delete":
                (DepthFirst, _acts) = (true, true);
                return When((p, _) => _context.Container.Files.Delete(_context.Resolve(p)));
            case "-exec" or "-ok": return Execute();
            case "-quit":
                _acts = true;
                return (_, _) => throw new CommandException("", 0);
            default: throw new CommandException($"unrecognized: {name}");
        }
    }

    private Func<string, FileStatus, Task<bool>> Print(string end)
    {
        _acts = true;
        return async (path, _) =>
        {
            await _context.OutAsync(path + end).ConfigureAwait(false);
            return true;
        };
    }

    private static (char Sign, double Amount) Signed(string text) =>
        (
            text[0],
            double.TryParse(text.TrimStart('+', '-'), CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new CommandException($"invalid number '{text}'")
        );

    private static Func<string, FileStatus, Task<bool>> Size(string text)
    {
        var factor = text[^1] switch { 'c' => 1L, 'k' => 1024, 'M' => 1 << 20, 'G' => 1 << 30, 'w' => 2, _ => 512 };
        var (sign, amount) = Signed(char.IsAsciiDigit(text[^1]) ? text : text[..^1]);
        return (_, status) =>
            Task.FromResult(
                Math.Ceiling(status.Length / (double)factor) is var size
                    && (
                        sign == '+' ? size > amount
                        : sign == '-' ? size < amount
                        : size == amount
                    )
            );
    }

    private Func<string, FileStatus, Task<bool>> Execute()
    {
        _acts = true;
        var command = new List<string>();
        while (Peek() is not (null or ";") && !(Peek() == "+" && command is [.., "{}"])) command.Add(Argument());
        var batches = Peek() == "+";
        if (Peek() is null) throw new CommandException("-exec requires an argument ending with ;");
        _position++;
        if (!batches)
        {
            return async (path, _) =>
                await _context
                    .ExecuteAsync(command.ConvertAll(c => c.Replace("{}", path, StringComparison.Ordinal)))
                    .ConfigureAwait(false) == 0;
        }
        command.RemoveAt(command.Count - 1);
        var batch = new List<string>();
        _batches.Add((command, batch));
        return async (path, _) =>
        {
            batch.Add(path);
            if (batch.Count >= LongestBatch) await RunBatchAsync(command, batch).ConfigureAwait(false);
            return true;
        };
    }
}
