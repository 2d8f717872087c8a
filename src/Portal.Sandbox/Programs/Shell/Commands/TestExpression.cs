using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>What test evaluates: primaries, negation, -a, -o and parentheses.</summary>
internal sealed class TestExpression(Budgets.ContainerProcess process, IReadOnlyList<string> args)
{
    private const int Deepest = 200;

    private int _position;
    private int _depth;

    public bool Evaluate()
    {
        switch (args.Count)
        {
            case 0: return false;
            case 1: return args[0].Length > 0;
            case 3 when IsBinary(args[1]): return Binary(process, args[0], args[1], args[2]);
            case 4 when args[0] == "!" && IsBinary(args[2]): return !Binary(process, args[1], args[2], args[3]);
        }
        var value = Or();
        return _position == args.Count ? value : throw new CommandException($"{args[_position]}: unknown operand", 2);
    }

    private bool Or()
    {
        var value = And();
        while (Take("-o")) value |= And();
        return value;
    }

    private bool And()
    {
        var value = Not();
        while (Take("-a")) value &= Not();
        return value;
    }

    private bool Not()
    {
        if (++_depth > Deepest) throw new CommandException("expression nested too deeply", 2);
        try
        {
            if (
                Peek(0) == "!"
                && !(Peek(1) is { } op && IsBinary(op) && Peek(2) is not null)
                && _position + 1 < args.Count
            )
            {
                _position++;
                return !Not();
            }
            return Primary();
        }
        finally
        {
            _depth--;
        }
    }

    private bool Primary()
    {
        var first = Peek(0) ?? throw new CommandException("argument expected", 2);
        if (Peek(1) is { } op && IsBinary(op) && Peek(2) is { } right)
        {
            _position += 3;
            return Binary(process, first, op, right);
        }
        _position++;
        if (first == "(" && Peek(0) is not null)
        {
            var value = Or();
            return Take(")") ? value : throw new CommandException("closing paren expected", 2);
        }
        if (IsUnary(first) && Peek(0) is { } operand)
        {
            _position++;
            return Unary(process, first, operand);
        }
        return first.Length > 0;
    }

    private string? Peek(int offset) => _position + offset < args.Count ? args[_position + offset] : null;

    private bool Take(string word)
    {
        if (Peek(0) != word) return false;
        _position++;
        return true;
    }

    public static bool IsUnary(string word) =>
        word is ['-', var c] && "bcdefghknprstuwxzLSOG".Contains(c, StringComparison.Ordinal);

    public static bool IsBinary(string word) =>
        word
            is "="
                or "=="
                or "!="
                or "<"
                or ">"
                or "-eq"
                or "-ne"
                or "-lt"
                or "-le"
                or "-gt"
                or "-ge"
                or "-nt"
                or "-ot"
                or "-ef"
                or "=~";

    public static bool Unary(Budgets.ContainerProcess process, string op, string operand)
    {
        if (op == "-z") return operand.Length == 0;
        if (op == "-n") return operand.Length > 0;
        if (op == "-t") return process.Files[(int)Number(operand)] is { IsTerminal: true };
        var path = ShellFiles.Resolve(process, operand);
        if (operand.Length == 0) return false;
        if (op is "-L" or "-h") return process.Container.Files.Status(path, follow: false) is { IsLink: true };
        var device = DeviceFile.Is(path);
        if (process.Container.Files.Status(path) is not { } status) return device && op is "-e" or "-c" or "-r" or "-w";
        return op switch
        {
            "-e" => true,
            "-d" => status.IsDirectory,
            "-f" => !status.IsDirectory && !device,
            "-s" => status.Length > 0,
            "-c" => device,
            "-r" or "-O" or "-G" => true,
            "-w" => device || !process.Container.Files.IsReadOnly(path),
            "-x" => status.IsDirectory || (status.Mode & 0x49) != 0,
            _ => false,
        };
    }

    public static bool Binary(Budgets.ContainerProcess process, string left, string op, string right) =>
        op switch
        {
            "=" or "==" => left == right,
            "!=" => left != right,
            "<" => string.CompareOrdinal(left, right) < 0,
            ">" => string.CompareOrdinal(left, right) > 0,
            "-eq" => Number(left) == Number(right),
            "-ne" => Number(left) != Number(right),
            "-lt" => Number(left) < Number(right),
            "-le" => Number(left) <= Number(right),
            "-gt" => Number(left) > Number(right),
            "-ge" => Number(left) >= Number(right),
            "-nt" => Time(process, left) > Time(process, right),
            "-ot" => Time(process, left) < Time(process, right),
            "-ef" => ShellFiles.Resolve(process, left) == ShellFiles.Resolve(process, right),
            _ => PosixRegex.Compile(right, extended: true, ignoreCase: false).IsMatch(left),
        };

    private static DateTimeOffset Time(Budgets.ContainerProcess process, string path) =>
        process.Container.Files.Status(ShellFiles.Resolve(process, path))?.Modified ?? DateTimeOffset.MinValue;

    private static long Number(string text) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new CommandException($"{text}: bad number", 2);
}
