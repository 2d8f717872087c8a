using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Runs an awk program: rules over records, statements.</summary>
internal sealed partial class AwkRun
{
    private const int DeepestCalls = 500;

    private readonly CommandContext _context;
    private readonly AwkProgram _program;
    private readonly IReadOnlyList<string> _operands;
    private readonly Dictionary<string, AwkValue> _globals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, AwkValue>> _arrays = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Regex> _regexes = new(StringComparer.Ordinal);
    private readonly HashSet<AwkRule> _open = [];
    private Frame? _frame;
    private int _depth;
    private string _jump = "";
    private AwkValue _result;
    private int _status;

    private sealed record Frame(
        Dictionary<string, AwkValue> Values,
        Dictionary<string, Dictionary<string, AwkValue>> Arrays
    );

    public AwkRun(CommandContext context, AwkProgram program, IReadOnlyList<string> operands)
    {
        (_context, _program, _operands) = (context, program, operands);
        foreach (
            var (name, value) in new[]
            {
                ("FS", " "),
                ("OFS", " "),
                ("RS", "\n"),
                ("ORS", "\n"),
                ("SUBSEP", "\u001c"),
                ("CONVFMT", "%.6g"),
                ("OFMT", "%.6g"),
                ("FILENAME", ""),
            }
        )
            _globals[name] = AwkValue.Of(value);
        foreach (var name in new[] { "NF", "NR", "FNR", "RSTART" })
            _globals[name] = AwkValue.Of(0);
        _globals["RLENGTH"] = AwkValue.Of(-1);
        _globals["ARGC"] = AwkValue.Of(operands.Count + 1);
        var arguments = Array("ARGV");
        arguments["0"] = AwkValue.Of("awk");
        for (var i = 0; i < operands.Count; i++)
            arguments[(i + 1).ToString(CultureInfo.InvariantCulture)] = AwkValue.Input(operands[i]);
        foreach (var (name, value) in context.Environment)
            Array("ENVIRON")[name] = AwkValue.Input(value);
    }

    public void SetSeparator(string separator) =>
        _globals["FS"] = AwkValue.Of(separator == "t" ? "\t" : Escapes.Expand(separator, Escapes.Style.Printf, out _));

    public void Assign(string assignment)
    {
        if (assignment.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals))
            throw new CommandException($"invalid assignment '{assignment}'");
        SetGlobal(
            assignment[..equals],
            AwkValue.Input(Escapes.Expand(assignment[(equals + 1)..], Escapes.Style.Printf, out _))
        );
    }

    public async Task<int> RunAsync()
    {
        try
        {
            foreach (var rule in _program.Rules.Where(r => r.Kind == "BEGIN" && _jump != "exit"))
                await ExecuteAsync(rule.Body!).ConfigureAwait(false);
            if (_jump != "exit" && _program.Rules.Any(r => r.Kind != "BEGIN"))
            {
                while (_jump != "exit" && await NextRecordAsync().ConfigureAwait(false) is { } record)
                {
                    SetRecord(record);
                    await RecordAsync().ConfigureAwait(false);
                }
            }
            var exited = _jump == "exit";
            _jump = "";
            if (!exited || _program.Rules.Any(r => r.Kind == "END"))
                foreach (var rule in _program.Rules.Where(r => r.Kind == "END" && _jump != "exit"))
                    await ExecuteAsync(rule.Body!).ConfigureAwait(false);
        }
        finally
        {
            await CloseAllAsync().ConfigureAwait(false);
        }
        return _context.Status != 0 ? _context.Status : _status;
    }

    private async Task RecordAsync()
    {
        foreach (var rule in _program.Rules)
        {
            if (rule.Kind != "line" || !await SelectsAsync(rule).ConfigureAwait(false)) continue;
            if (rule.Body is null) await _context.OutAsync(Record() + Global("ORS")).ConfigureAwait(false);
            else await ExecuteAsync(rule.Body).ConfigureAwait(false);
            if (_jump is "next" or "exit") break;
        }
        if (_jump == "next") _jump = "";
    }

    private async Task<bool> SelectsAsync(AwkRule rule)
    {
        if (rule.Pattern is null) return true;
        if (rule.Until is null) return (await EvaluateAsync(rule.Pattern).ConfigureAwait(false)).IsTrue;
        if (!_open.Contains(rule))
        {
            if (!(await EvaluateAsync(rule.Pattern).ConfigureAwait(false)).IsTrue) return false;
            _open.Add(rule);
        }
        if ((await EvaluateAsync(rule.Until).ConfigureAwait(false)).IsTrue) _open.Remove(rule);
        return true;
    }

    private async Task ExecuteAsync(AwkStatement statement)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) await Task.Yield();
        await _context.SpendAsync(0.2).ConfigureAwait(false);
        switch (statement)
        {
            case AwkExpressionStatement s: await EvaluateAsync(s.Expression).ConfigureAwait(false); break;
            case AwkPrint print: await PrintAsync(print).ConfigureAwait(false); break;
            case AwkBlock block:
                foreach (var inner in block.Statements)
                {
                    await ExecuteAsync(inner).ConfigureAwait(false);
                    if (_jump.Length > 0) break;
                }
                break;
            case AwkIf choice:
                if ((await EvaluateAsync(choice.Condition).ConfigureAwait(false)).IsTrue)
                    await ExecuteAsync(choice.Yes).ConfigureAwait(false);
                else if (choice.No is not null)
                    await ExecuteAsync(choice.No).ConfigureAwait(false);
                break;
            case AwkLoop loop: await LoopAsync(loop).ConfigureAwait(false); break;
            case AwkForIn loop:
                foreach (var key in Array(loop.Array).Keys.ToList())
                {
                    SetVariable(loop.Variable, AwkValue.Input(key));
                    await ExecuteAsync(loop.Body).ConfigureAwait(false);
                    if (LeavesLoop()) break;
                }
                break;
            case AwkJump jump:
                var value = jump.Value is null ? default : await EvaluateAsync(jump.Value).ConfigureAwait(false);
                if (jump.Kind == "exit" && jump.Value is not null) _status = (int)value.Number & 255;
                if (jump.Kind == "return") _result = value;
                _jump = jump.Kind;
                break;
            case AwkDelete delete:
                if (delete.Index is null) Array(delete.Array).Clear();
                else Array(delete.Array).Remove(await KeyAsync(delete.Index).ConfigureAwait(false));
                break;
        }
    }

    private async Task LoopAsync(AwkLoop loop)
    {
        if (loop.First is not null) await ExecuteAsync(loop.First).ConfigureAwait(false);
        for (var first = true; ; first = false)
        {
            if (
                !(first && loop.BodyFirst)
                && loop.Condition is not null
                && !(await EvaluateAsync(loop.Condition).ConfigureAwait(false)).IsTrue
            )
                break;
            await ExecuteAsync(loop.Body).ConfigureAwait(false);
            if (LeavesLoop()) break;
            if (loop.Step is not null) await ExecuteAsync(loop.Step).ConfigureAwait(false);
        }
    }

    private bool LeavesLoop()
    {
        if (_jump is "" or "continue")
        {
            _jump = "";
            return false;
        }
        if (_jump == "break") _jump = "";
        return true;
    }

    private Dictionary<string, AwkValue> Array(string name)
    {
        if (_frame is not null && _frame.Arrays.TryGetValue(name, out var local))
            return local;
        if (_frame is not null && _frame.Values.ContainsKey(name))
            return _frame.Arrays[name] = new(StringComparer.Ordinal);
        return _arrays.TryGetValue(name, out var array) ? array : _arrays[name] = new(StringComparer.Ordinal);
    }

    private void Store(Dictionary<string, AwkValue> array, string key, AwkValue value)
    {
        _context.Process.Hold(
            (array.TryGetValue(key, out var before) ? 0 : 96 + (2L * key.Length))
                + (2L * (value.Length - before.Length))
        );
        array[key] = value;
    }

    private AwkValue Variable(string name) =>
        _frame is not null && _frame.Values.TryGetValue(name, out var local) ? local
        : name == "NF" ? AwkValue.Of(Fields.Count)
        : _globals.GetValueOrDefault(name);

    private void SetVariable(string name, AwkValue value)
    {
        if (_frame is not null && _frame.Values.ContainsKey(name)) _frame.Values[name] = value;
        else SetGlobal(name, value);
    }

    private void SetGlobal(string name, AwkValue value)
    {
        _context.Process.Hold(2L * (value.Length - _globals.GetValueOrDefault(name).Length));
        if (name == "NF") SetFieldCount((int)Math.Clamp(value.Number, 0, MostFields));
        else _globals[name] = value;
    }

    private string Global(string name) => _globals.GetValueOrDefault(name).Text();

    private async Task<string> KeyAsync(IReadOnlyList<AwkNode> index)
    {
        if (index.Count == 1) return (await EvaluateAsync(index[0]).ConfigureAwait(false)).Text();
        var parts = new List<string>();
        foreach (var part in index) parts.Add((await EvaluateAsync(part).ConfigureAwait(false)).Text());
        return string.Join(Global("SUBSEP"), parts);
    }

    private Regex Regex(string pattern)
    {
        if (_regexes.TryGetValue(pattern, out var regex)) return regex;
        if (_regexes.Count > 200) _regexes.Clear();
        return _regexes[pattern] = PosixRegex.Compile(pattern, extended: true, ignoreCase: false);
    }
}
