using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Runs sed's commands over lines.</summary>
internal sealed class SedRun(CommandContext context, IReadOnlyList<SedCommandLine> program, bool quiet)
{
    private const int MostSteps = 10_000_000;

    private readonly Dictionary<SedCommandLine, long> _ranges = [];
    private readonly List<string> _appended = [];
    private readonly Dictionary<string, OpenFile> _written = new(StringComparer.Ordinal);
    private MemoryStream? _result;
    private IAsyncEnumerator<(string Path, InputReader Input)> _inputs = null!;
    private InputReader? _input;
    private string? _next;
    private bool _nextComplete = true;
    private bool _complete = true;
    private string _space = "";
    private string _hold = "";
    private long _line;
    private Regex? _last;

    /// <summary>Edits files, or the standard input, to the output or into a stream.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> paths, MemoryStream? result)
    {
        _result = result;
        _inputs = context.InputsAsync(paths).GetAsyncEnumerator();
        try
        {
            await AdvanceAsync().ConfigureAwait(false);
            while (_next is not null)
            {
                await TakeAsync().ConfigureAwait(false);
                if (await CycleAsync().ConfigureAwait(false) is { } status) return status;
            }
            return context.Status;
        }
        finally
        {
            foreach (var file in _written.Values) file.Close();
            await _inputs.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task AdvanceAsync()
    {
        while (true)
        {
            if (_input is not null && await _input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                (_next, _nextComplete) = (line, _input.EndedInNewline);
                return;
            }
            if (!await _inputs.MoveNextAsync().ConfigureAwait(false))
            {
                _next = null;
                return;
            }
            _input = _inputs.Current.Input;
        }
    }

    private async Task TakeAsync()
    {
        (_space, _complete) = (_next!, _nextComplete);
        _line++;
        await AdvanceAsync().ConfigureAwait(false);
    }

    private async Task WriteAsync(string text)
    {
        if (_result is null) await context.OutAsync(text).ConfigureAwait(false);
        else
        {
            context.Process.Hold(text.Length);
            _result.Write(ByteText.Bytes(text));
        }
    }

    private Task PrintAsync(string text) => WriteAsync(_complete || _next is not null ? text + "\n" : text);

    private async Task EndCycleAsync(bool print)
    {
        if (print) await PrintAsync(_space).ConfigureAwait(false);
        foreach (var text in _appended) await WriteAsync(text).ConfigureAwait(false);
        _appended.Clear();
    }

    /// <summary>Runs all commands on the pattern space.</summary>
    /// <returns>The exit status when the script quits.</returns>
    private async Task<int?> CycleAsync()
    {
        var (substituted, steps) = (false, 0);
        for (var i = 0; i < program.Count; i++)
        {
            await context.SpendAsync(0.2 + (_space.Length * 0.003)).ConfigureAwait(false);
            if (++steps > MostSteps) throw new CommandException("too many steps");
            var command = program[i];
            if (Selects(command) == command.Negated)
            {
                if (command.Name == '{') i = command.Target;
                continue;
            }
            switch (command.Name)
            {
                case 's': substituted |= await SubstituteAsync(command).ConfigureAwait(false); break;
                case 'd':
                    await EndCycleAsync(print: false).ConfigureAwait(false);
                    return null;
                case 'D':
                    if (!_space.Contains('\n', StringComparison.Ordinal))
                    {
                        await EndCycleAsync(print: false).ConfigureAwait(false);
                        return null;
                    }
                    _space = _space[(_space.IndexOf('\n', StringComparison.Ordinal) + 1)..];
                    i = -1;
                    break;
                case 'p': await PrintAsync(_space).ConfigureAwait(false); break;
                case 'P': await PrintAsync(_space.Split('\n')[0]).ConfigureAwait(false); break;
                case 'q':
                    await EndCycleAsync(!quiet).ConfigureAwait(false);
                    return int.TryParse(command.Text, out var status) ? status : 0;
                case 'Q': return int.TryParse(command.Text, out var silent) ? silent : 0;
                case 'n':
                    if (!quiet) await PrintAsync(_space).ConfigureAwait(false);
                    foreach (var text in _appended) await WriteAsync(text).ConfigureAwait(false);
                    _appended.Clear();
                    if (_next is null) return 0;
                    await TakeAsync().ConfigureAwait(false);
                    break;
                case 'N':
                    if (_next is null)
                    {
                        await EndCycleAsync(!quiet).ConfigureAwait(false);
                        return 0;
                    }
                    var before = _space;
                    await TakeAsync().ConfigureAwait(false);
                    _space = before + "\n" + _space;
                    context.Process.Hold(_space.Length - before.Length);
                    break;
                case '=': await WriteAsync($"{_line}\n").ConfigureAwait(false); break;
                case 'a': _appended.Add(command.Text + "\n"); break;
                case 'i': await WriteAsync(command.Text + "\n").ConfigureAwait(false); break;
                case 'c':
                    if (command.To is null || command.Negated || !_ranges.ContainsKey(command))
                        await WriteAsync(command.Text + "\n").ConfigureAwait(false);
                    await EndCycleAsync(print: false).ConfigureAwait(false);
                    return null;
                case 'y':
                    _space = string.Concat(
                        _space.Select(c =>
                            command.Text.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? command.Flags[at] : c
                        )
                    );
                    break;
                case 'g':
                    _space = _hold;
                    break;
                case 'G':
                    _space += "\n" + _hold;
                    break;
                case 'h':
                    _hold = _space;
                    break;
                case 'H':
                    context.Process.Hold(2 * _space.Length);
                    _hold += "\n" + _space;
                    break;
                case 'x':
                    (_space, _hold) = (_hold, _space);
                    break;
                case 'z':
                    _space = "";
                    break;
                case 'l':
                    await WriteAsync(
                            _space
                                .Replace("\\", @"\\", StringComparison.Ordinal)
                                .Replace("\n", "\\n", StringComparison.Ordinal)
                                .Replace("\t", "\\t", StringComparison.Ordinal) + "$\n"
                        )
                        .ConfigureAwait(false);
                    break;
                case 'r':
                    if (context.Container.Files.Read(context.Resolve(command.Text)) is { } bytes)
                        _appended.Add(ByteText.From(bytes));
                    break;
                case 'w': await SaveAsync(command.Text).ConfigureAwait(false); break;
                case 'b': i = command.Target - 1; break;
                case 't' when substituted:
                    substituted = false;
                    i = command.Target - 1;
                    break;
                case 'T' when !substituted: i = command.Target - 1; break;
            }
        }
        await EndCycleAsync(!quiet).ConfigureAwait(false);
        return null;
    }

    private bool Selects(SedCommandLine command)
    {
        if (command.From is not { } from) return true;
        if (command.To is not { } to) return Matches(from);
        if (_ranges.TryGetValue(command, out var end))
        {
            if (to.Pattern is not null ? Matches(to) : to.Last ? _next is null : _line >= end) _ranges.Remove(command);
            return to.Pattern is not null || to.Last || _line <= end;
        }
        if (!Matches(from)) return false;
        var last = to.Relative ? _line + to.Line : to.Pattern is null && !to.Last ? to.Line : long.MaxValue;
        if (last > _line && !(to.Last && _next is null)) _ranges[command] = last;
        return true;
    }

    private bool Matches(SedAddress address)
    {
        if (address.Last) return _next is null;
        if (address.Step > 0) return _line >= address.Line && (_line - address.Line) % address.Step == 0;
        if (address.Pattern is not { } pattern) return _line == address.Line;
        _last = pattern;
        return pattern.IsMatch(_space);
    }

    private async Task<bool> SubstituteAsync(SedCommandLine command)
    {
        var pattern = command.Pattern ?? _last ?? throw new CommandException("no previous regexp");
        _last = pattern;
        var flags = command.Flags;
        var wanted = int.TryParse(string.Concat(flags.TakeWhile(c => c != 'w').Where(char.IsAsciiDigit)), out var n)
            ? n
            : 1;
        var all = flags.Split('w')[0].Contains('g', StringComparison.Ordinal);
        var (result, at, count, replaced) = (new StringBuilder(), 0, 0, false);
        for (var match = pattern.Match(_space); match.Success; match = match.NextMatch())
        {
            await context.SpendAsync(0.2).ConfigureAwait(false);
            if (++count < wanted) continue;
            result.Append(_space, at, match.Index - at);
            Replace(result, command.Text, match);
            at = match.Index + match.Length;
            replaced = true;
            if (!all) break;
        }
        if (!replaced) return false;
        _space = result.Append(_space, at, _space.Length - at).ToString();
        if (_space.Length > 4096)
            context.Process.Hold(_space.Length);
        if (flags.Split('w')[0].Contains('p', StringComparison.Ordinal))
            await PrintAsync(_space).ConfigureAwait(false);
        if (flags.IndexOf('w', StringComparison.Ordinal) is >= 0 and var file)
            await SaveAsync(flags[(file + 1)..]).ConfigureAwait(false);
        return true;
    }

    private static void Replace(StringBuilder result, string text, Match match)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '&') result.Append(match.Value);
            else if (text[i] == '\\' && i + 1 < text.Length)
            {
                var c = text[++i];
                if (char.IsAsciiDigit(c)) result.Append(match.Groups[c - '0'].Value);
                else result.Append(c switch { 'n' => '\n', 't' => '\t', _ => c });
            }
            else result.Append(text[i]);
        }
    }

    private async Task SaveAsync(string path)
    {
        if (!_written.TryGetValue(path, out var file))
            _written[path] = file = ShellFiles.Open(context.Process, path, ShellFiles.Access.Write);
        await file.WriteAsync(ByteText.Bytes(_space + "\n"), context.Token).ConfigureAwait(false);
    }
}
