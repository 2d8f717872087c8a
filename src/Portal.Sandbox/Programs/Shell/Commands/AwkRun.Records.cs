using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Records, fields, files.</summary>
internal sealed partial class AwkRun
{
    private const int MostFields = 100_000;

    private readonly Dictionary<string, InputReader> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (OpenFile Writer, Task<int> Ended)> _pipes = new(StringComparer.Ordinal);
    private List<string>? _fields = [];
    private string? _record = "";
    private InputReader? _input;
    private int _nextOperand;
    private bool _inputEnded;

    private List<string> Fields => _fields ??= Split(_record!, Global("FS"));

    private string Record() => _record ??= string.Join(Global("OFS"), _fields!);

    private void SetRecord(string record)
    {
        _record = record;
        _fields = null;
    }

    private AwkValue Field(int index)
    {
        if (index < 0) throw new CommandException("cmd. line:1: Access to negative field");
        if (index == 0) return AwkValue.Input(Record());
        return index <= Fields.Count ? AwkValue.Input(Fields[index - 1]) : default;
    }

    private void SetField(int index, string value)
    {
        if (index == 0)
        {
            SetRecord(value);
            return;
        }
        if (index is < 0 or > MostFields) throw new CommandException("cmd. line:1: Access to negative field");
        if (index > Fields.Count) SetFieldCount(index);
        Fields[index - 1] = value;
        _record = null;
    }

    private void SetFieldCount(int count)
    {
        var fields = Fields;
        if (count > fields.Count) _context.Process.Hold(16L * (count - fields.Count));
        while (fields.Count < count) fields.Add("");
        fields.RemoveRange(count, fields.Count - count);
        _record = null;
    }

    private List<string> Split(string text, string separator)
    {
        if (separator == " ")
            return [.. text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        if (text.Length == 0)
            return [];
        if (separator.Length == 0)
            return [.. text.Select(c => c.ToString())];
        if (
            separator.Length == 1
            && separator[0] is not ('\\' or '|' or '.' or '*' or '+' or '?' or '[' or '^' or '$' or '(')
        )
            return [.. text.Split(separator[0])];
        if (separator.Length == 1)
            return [.. text.Split(separator)];
        return [.. Regex(separator).Split(text)];
    }

    private async Task<string?> NextRecordAsync()
    {
        while (!_inputEnded)
        {
            if (_input is null && !await OpenNextAsync().ConfigureAwait(false)) break;
            if (await ReadRecordAsync(_input!).ConfigureAwait(false) is { } record)
            {
                await _context.SpendAsync(0.3 + (record.Length * 0.005)).ConfigureAwait(false);
                _globals["NR"] = AwkValue.Of(_globals["NR"].Number + 1);
                _globals["FNR"] = AwkValue.Of(_globals["FNR"].Number + 1);
                return record;
            }
            _input!.Close();
            _input = null;
        }
        return null;
    }

    private async Task<bool> OpenNextAsync()
    {
        while (_nextOperand < _operands.Count)
        {
            var operand = _operands[_nextOperand++];
            if (
                operand.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                && ShellParser.IsName(operand[..equals])
            )
            {
                Assign(operand);
                continue;
            }
            _input = await _context.OpenAsync(operand).ConfigureAwait(false);
            if (_input is null) continue;
            _globals["FILENAME"] = AwkValue.Of(operand);
            _globals["FNR"] = AwkValue.Of(0);
            return true;
        }
        _inputEnded = true;
        if (!_operands.All(o => o.Contains('=', StringComparison.Ordinal)) || _input is not null) return false;
        _operandsRead = true;
        _input = await _context.OpenAsync("-").ConfigureAwait(false);
        _inputEnded = false;
        return _input is not null && !(_standardRead & (_standardRead = true));
    }

    private bool _operandsRead;
    private bool _standardRead;

    private async Task<string?> ReadRecordAsync(InputReader reader)
    {
        var separator = Global("RS");
        if (separator.Length == 1)
            return await reader.ReadLineAsync((byte)separator[0]).ConfigureAwait(false) is { } line
                ? separator != "\n" && _operandsRead && !reader.EndedInNewline
                    ? line.TrimEnd('\n')
                    : separator != "\n" && !reader.EndedInNewline
                        ? line.TrimEnd('\n')
                        : line
                : null;
        // Paragraphs: blank lines end a record.
        var (text, any) = (new StringBuilder(), false);
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0 && !any) continue;
            if (line.Length == 0) break;
            if (any) text.Append('\n');
            text.Append(line);
            any = true;
            _context.Process.Hold(line.Length * 2);
        }
        return any ? text.ToString() : null;
    }

    private async Task PrintAsync(AwkPrint print)
    {
        string text;
        if (print.Formatted)
        {
            var values = new List<AwkValue>();
            foreach (var argument in print.Arguments)
                values.Add(await EvaluateAsync(argument).ConfigureAwait(false));
            text =
                values.Count == 0
                    ? throw new CommandException("cmd. line:1: Not enough args to printf")
                    : Format(values);
        }
        else if (print.Arguments.Count == 0) text = Record() + Global("ORS");
        else
        {
            var parts = new List<string>();
            foreach (var argument in print.Arguments)
                parts.Add((await EvaluateAsync(argument).ConfigureAwait(false)).Text(Global("OFMT")));
            text = string.Join(Global("OFS"), parts) + Global("ORS");
        }
        if (print.Target is null)
        {
            await _context.OutAsync(text).ConfigureAwait(false);
            return;
        }
        var target = (await EvaluateAsync(print.Target).ConfigureAwait(false)).Text();
        await _context.FlushAsync().ConfigureAwait(false);
        var file = print.Redirection == "|" ? Pipe(target) : File(target, print.Redirection == ">>");
        await _context.SpendAsync(1 + (text.Length * 0.002)).ConfigureAwait(false);
        await file.WriteAsync(ByteText.Bytes(text), _context.Token).ConfigureAwait(false);
    }

    private OpenFile File(string path, bool append) => _files.TryGetValue(path, out var file) ? file
        : _files.Count >= 64 ? throw new CommandException($"can't open '{path}': Too many open files")
        : _files[path] = path is "-"
            ? _context.Process.Files[1]!.Share()
            : ShellFiles.Open(_context.Process, path, append ? ShellFiles.Access.Append : ShellFiles.Access.Write);

    private OpenFile Pipe(string command)
    {
        if (_pipes.TryGetValue(command, out var open)) return open.Writer;
        var pipe = new BytePipe();
        var child = new Budgets.ContainerProcess(_context.Process.Session, _context.Process, "sh");
        child.Files.Set(0, pipe.Reader);
        var ended = ProcessRunner.RunAsync(
            child,
            "sh",
            () => ShellLauncher.RunShellAsync(child, ["sh", "-c", command], _context.Environment)
        );
        _pipes[command] = (pipe.Writer, ended);
        return pipe.Writer;
    }

    private async Task<double> CloseAsync(string name)
    {
        if (_readers.Remove(name, out var reader)) reader.Close();
        else if (_files.Remove(name, out var file)) file.Close();
        else if (_pipes.Remove(name, out var pipe))
        {
            await _context.FlushAsync().ConfigureAwait(false);
            pipe.Writer.Close();
            return await pipe.Ended.WaitAsync(_context.Token).ConfigureAwait(false);
        }
        else return -1;
        return 0;
    }

    private async Task CloseAllAsync()
    {
        _input?.Close();
        foreach (var reader in _readers.Values) reader.Close();
        foreach (var file in _files.Values) file.Close();
        foreach (var (writer, _) in _pipes.Values) writer.Close();
        foreach (var (_, ended) in _pipes.Values) await ended.WaitAsync(_context.Token).ConfigureAwait(false);
    }

    private async Task<AwkValue> GetlineAsync(AwkGetline getline)
    {
        string? line;
        if (getline.Kind == "line") line = await NextRecordAsync().ConfigureAwait(false);
        else
        {
            var source = (await EvaluateAsync(getline.Source!).ConfigureAwait(false)).Text();
            if (!_readers.TryGetValue(source, out var reader))
            {
                if (getline.Kind == "command") reader = Command(source);
                else
                {
                    if (_context.FileStatus(source) is null && source != "-") return AwkValue.Of(-1);
                    reader = await _context.OpenAsync(source).ConfigureAwait(false);
                }
                if (reader is null) return AwkValue.Of(-1);
                _readers[source] = reader;
            }
            line = await ReadRecordAsync(reader).ConfigureAwait(false);
            if (line is not null && getline.Target is null && getline.Kind == "command")
                _globals["NR"] = AwkValue.Of(_globals["NR"].Number + 1);
        }
        if (line is null) return AwkValue.Of(0);
        if (getline.Target is null) SetRecord(line);
        else await SetAsync(getline.Target, AwkValue.Input(line)).ConfigureAwait(false);
        return AwkValue.Of(1);
    }

    private InputReader Command(string command)
    {
        var pipe = new BytePipe();
        var child = new Budgets.ContainerProcess(_context.Process.Session, _context.Process, "sh");
        child.Files.Set(1, pipe.Writer);
        _ = ProcessRunner.RunAsync(
            child,
            "sh",
            () => ShellLauncher.RunShellAsync(child, ["sh", "-c", command], _context.Environment)
        );
        return _context.Read(pipe.Reader);
    }
}
