using System.Globalization;
using System.Runtime.CompilerServices;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// A shell process: runs the nodes of a script. One flow of control; what runs beside it is a fork with its own
/// state.
/// </summary>
internal sealed partial class ShellInterpreter
{
    /// <summary>How deep functions, substitutions, eval and source may run in each other.</summary>
    public const int DeepestCalls = 1000;

    private const double StepMicroseconds = 2;

    private readonly ShellExpansion _expansion;
    private int _depth;
    private int _tested;
    private int _loops;

    public ShellInterpreter(ContainerProcess process, IEnumerable<KeyValuePair<string, string>> environment)
        : this(process, new ShellVariables(process))
    {
        foreach (var (name, value) in environment) Variables.Set(name, value, export: true);
        Variables.Set("IFS", " \t\n");
        Variables.Set("PWD", process.Directory, export: true);
        Variables.Set("OPTIND", "1");
        Variables.Set("PPID", process.ParentPid.ToString(CultureInfo.InvariantCulture));
        ShellPid = process.Pid;
    }

    private ShellInterpreter(ContainerProcess process, ShellVariables variables)
    {
        Process = process;
        Variables = variables;
        _expansion = new(this);
        process.Handler = OnSignal;
    }

    public enum Flow
    {
        None,
        Break,
        Continue,
        Return,
        Exit,
    }

    public ContainerProcess Process { get; }
    public ShellVariables Variables { get; }
    public Dictionary<string, ShellNode> Functions { get; private init; } = new(StringComparer.Ordinal);
    public List<string> Positional
    {
        get;
        set
        {
            Process.Hold(Cost(value) - Cost(field));
            field = value;
        }
    } = [];

    public ShellOptions Options { get; private init; } = new();
    public string Name { get; set; } = "sh";
    public int LastStatus { get; set; }
    public int ShellPid { get; private init; }
    public bool Interactive { get; set; }
    public ShellJobs Jobs { get; } = new();

    /// <summary>What leaves lists and loops at the moment, and how many levels of it.</summary>
    public Flow Leaving { get; set; }
    public int Levels { get; set; }

    /// <summary>How many loops the current function or script is in.</summary>
    public int Loops => _loops;

    public string Resolve(string path) => ShellFiles.Resolve(Process, path);

    public ShellExpansion Expansion => _expansion;

    /// <summary>The value of a variable or of a special parameter; null when it is not set.</summary>
    public string? Parameter(string name)
    {
        switch (name)
        {
            case "?":
                return LastStatus.ToString(CultureInfo.InvariantCulture);
            case "$":
                return ShellPid.ToString(CultureInfo.InvariantCulture);
            case "#":
                return Positional.Count.ToString(CultureInfo.InvariantCulture);
            case "!":
                return Jobs.Last?.ToString(CultureInfo.InvariantCulture);
            case "-":
                return Options.Flags + (Interactive ? "i" : "");
            case "0":
                return Name;
            case "*" or "@":
                return Positional.Count == 0
                    ? null
                    : string.Join((Variables["IFS"] ?? " ") is [var c, ..] ? c.ToString() : "", Positional);
            case "RANDOM":
                return Random.Shared.Next(32768).ToString(CultureInfo.InvariantCulture);
        }
        if (!char.IsAsciiDigit(name[0]))
            return Variables[name];
        return int.TryParse(name, CultureInfo.InvariantCulture, out var i) && i <= Positional.Count
            ? Positional[i - 1]
            : null;
    }

    /// <summary>A child process with a copy of this shell.</summary>
    /// <exception cref="ForkException">There are too many processes.</exception>
    public ShellInterpreter Fork(string command)
    {
        var process = new ContainerProcess(Process.Session, Process, command);
        try
        {
            return new(process, Variables.Fork(process))
            {
                Functions = new(Functions, StringComparer.Ordinal),
                Positional = [.. Positional],
                Options = Options with { },
                Name = Name,
                LastStatus = LastStatus,
                ShellPid = ShellPid,
                _depth = _depth,
            };
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Runs this fork to its end; only for its node. Never throws.</summary>
    public Task<int> RunAsChildAsync(ShellNode node) =>
        ProcessRunner.RunAsync(
            Process,
            Name,
            async () =>
            {
                // A process has its own stack.
                await Task.Yield();
                var status = node is SimpleCommandNode simple
                    ? await RunSimpleAsync(simple, inPlace: true).ConfigureAwait(false)
                    : await RunAsync(node).ConfigureAwait(false);
                return await EndAsync(status).ConfigureAwait(false);
            }
        );

    /// <summary>Runs a script, command by command as it is read.</summary>
    public async Task<int> RunScriptAsync(string script)
    {
        Enter();
        Process.Hold(script.Length * 2);
        try
        {
            var parser = new ShellParser(script);
            var status = 0;
            while (Leaving == Flow.None && parser.ReadCommand() is { } command)
            {
                if (!Options.NoExecute) status = await RunAsync(command).ConfigureAwait(false);
            }
            return Leaving is Flow.Exit or Flow.Return ? LastStatus : status;
        }
        finally
        {
            Process.Hold(-script.Length * 2);
            _depth--;
        }
    }

    /// <summary>The end of a shell: its EXIT trap, then the status.</summary>
    public async Task<int> EndAsync(int status)
    {
        if (Leaving == Flow.Exit) status = LastStatus;
        return await RunExitTrapAsync(status).ConfigureAwait(false);
    }

    public async Task<int> RunAsync(ShellNode node)
    {
        // A deep call goes on on a stack of its own.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) await Task.Yield();
        await Process.SpendAsync(StepMicroseconds).ConfigureAwait(false);
        var status = node switch
        {
            ListNode list => await RunListAsync(list).ConfigureAwait(false),
            SimpleCommandNode simple => await RunSimpleAsync(simple, inPlace: false).ConfigureAwait(false),
            AndOrNode andOr => await RunAndOrAsync(andOr).ConfigureAwait(false),
            PipelineNode pipeline => await RunPipelineAsync(pipeline).ConfigureAwait(false),
            RedirectedNode redirected => await RunRedirectedAsync(redirected).ConfigureAwait(false),
            SubshellNode subshell => Checked(
                await WaitForAsync(Fork("sh").RunAsChildAsync(subshell.Body)).ConfigureAwait(false)
            ),
            IfNode choice => await RunIfAsync(choice).ConfigureAwait(false),
            LoopNode loop => await RunLoopAsync(loop).ConfigureAwait(false),
            ForNode loop => await RunForAsync(loop).ConfigureAwait(false),
            CaseNode choice => await RunCaseAsync(choice).ConfigureAwait(false),
            FunctionNode function => Define(function),
            ConditionalNode conditional => Checked(
                await ConditionalCommand.RunAsync(this, conditional).ConfigureAwait(false)
            ),
            _ => throw new InvalidOperationException(node.GetType().Name),
        };
        return LastStatus = status;
    }

    /// <summary>What a substitution's commands write, without the newlines at its end.</summary>
    public async Task<string> SubstituteAsync(ShellNode body)
    {
        Enter();
        var pipe = new BytePipe();
        var child = Fork("sh");
        child.Process.Files.Set(1, pipe.Writer);
        var running = child.RunAsChildAsync(body);
        var text = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await pipe.Reader.ReadAsync(buffer, Process.Token).ConfigureAwait(false) is > 0 and var count)
            {
                Process.Hold(count * 2);
                await Process.SpendAsync(count * 0.002).ConfigureAwait(false);
                foreach (var b in buffer.AsSpan(0, count)) if (b != 0) text.Append((char)b);
            }
            LastStatus = _substituted = await WaitForAsync(running).ConfigureAwait(false);
            var length = text.Length;
            while (length > 0 && text[length - 1] == '\n') length--;
            return text.ToString(0, length);
        }
        finally
        {
            pipe.Reader.Close();
            Process.Hold(-text.Length * 2);
            _depth--;
        }
    }

    /// <summary>What an interactive shell forgets when a line was given up.</summary>
    public void Reset() => (_depth, _tested, _loops) = (0, 0, 0);

    /// <summary>What a list of words takes.</summary>
    private static long Cost(List<string> words)
    {
        const int Overhead = 32;
        var cost = 0L;
        foreach (var word in words) cost += Overhead + (2L * word.Length);
        return cost;
    }

    private void Enter()
    {
        if (++_depth > DeepestCalls) throw new ShellErrorException("maximum recursion depth exceeded");
    }

    private int Define(FunctionNode function)
    {
        if (!Functions.ContainsKey(function.Name)) Process.Hold(256);
        Functions[function.Name] = function.Body;
        return 0;
    }

    /// <summary>Leaves the shell when a command failed that nobody tests and <c>set -e</c> says so.</summary>
    private int Checked(int status)
    {
        if (status == 0 || !Options.ErrorExit || _tested > 0 || Leaving != Flow.None) return status;
        LastStatus = status;
        Leaving = Flow.Exit;
        return status;
    }

    private async Task<int> WaitForAsync(Task<int> child)
    {
        var status = await child.WaitAsync(Process.Token).ConfigureAwait(false);
        // A child that ended of the same Ctrl-C, and was faster, does not hide it.
        Process.Token.ThrowIfCancellationRequested();
        return status;
    }
}
