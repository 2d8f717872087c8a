using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Simple commands: assignments, redirections, functions, built-in commands and programs.</summary>
internal sealed partial class ShellInterpreter
{
    public const int NotFound = 127;

    private const double ForkMicroseconds = 30, BuiltinMicroseconds = 2;

    private int _substituted;

    private async Task<int> RunSimpleAsync(SimpleCommandNode node, bool inPlace)
    {
        _substituted = 0;
        var argv = node.Words.Count == 0 ? [] : await _expansion.FieldsAsync(node.Words).ConfigureAwait(false);
        if (argv.Count == 0)
            return Checked(await AssignAsync(node).ConfigureAwait(false));
        if (node.Words[0].Plain is "export" or "readonly" or "local" or "declare")
            argv = await DeclarationAsync(node).ConfigureAwait(false);
        var function = Functions.GetValueOrDefault(argv[0]);
        var command = function is null ? ShellCommandTable.Find(ShellPath.Name(argv[0])) : null;
        if (command is not null && argv[0].Contains('/', StringComparison.Ordinal) && !Exists(argv[0])) command = null;
        var special = command?.Kind == CommandKind.Special;
        var restore = new List<Action>();
        foreach (var assignment in node.Assignments)
        {
            if (!special)
                restore.Add(Variables.Remember(assignment.Name));
            Variables.Set(
                assignment.Name,
                await ValueAsync(assignment).ConfigureAwait(false),
                export: special ? null : true
            );
        }
        if (Options.Trace) await TraceAsync(node, argv).ConfigureAwait(false);
        var held = Cost(argv);
        Process.Hold(held);
        try
        {
            if (argv[0] == "exec" && function is null)
                return await ExecuteAsync(node, argv).ConfigureAwait(false);
            if (command?.Kind == CommandKind.Program || (command is null && function is null))
                return Checked(await RunProgramAsync(node, argv, inPlace).ConfigureAwait(false));
            var saved = new SavedFiles(Process.Files);
            try
            {
                if (!await TryRedirectAsync(node.Redirections, Process, saved).ConfigureAwait(false))
                    return Checked(1);
                var status = function is not null
                    ? await CallAsync(function, argv).ConfigureAwait(false)
                    : await RunBuiltinAsync(command!, argv).ConfigureAwait(false);
                return function is null ? Checked(status) : status;
            }
            finally
            {
                saved.Restore();
            }
        }
        finally
        {
            foreach (var undo in restore) undo();
            Process.Hold(-held);
        }
    }

    private bool Exists(string path) =>
        Process.Container.Files.Status(Resolve(path)) is not null || SystemFiles.IsProgram(ByteText.ToText(path));

    private async Task<int> AssignAsync(SimpleCommandNode node)
    {
        var saved = new SavedFiles(Process.Files);
        try
        {
            if (!await TryRedirectAsync(node.Redirections, Process, saved).ConfigureAwait(false)) return 1;
        }
        finally
        {
            saved.Restore();
        }
        foreach (var assignment in node.Assignments)
            Variables.Set(assignment.Name, await ValueAsync(assignment).ConfigureAwait(false));
        if (Options.Trace && node.Assignments.Count > 0)
            await TraceAsync(node, []).ConfigureAwait(false);
        return _substituted;
    }

    private async Task<string> ValueAsync(Assignment assignment)
    {
        var value = await _expansion.TextAsync(assignment.Value).ConfigureAwait(false);
        return assignment.Append ? Variables[assignment.Name] + value : value;
    }

    /// <summary>Words of commands that declare variables: what looks like an assignment is not split.</summary>
    private async Task<List<string>> DeclarationAsync(SimpleCommandNode node)
    {
        var argv = new List<string>();
        foreach (var word in node.Words)
        {
            if (ShellParser.AsAssignment(word) is { } assignment)
                argv.Add($"{assignment.Name}={await ValueAsync(assignment).ConfigureAwait(false)}");
            else
                argv.AddRange(await _expansion.FieldsAsync([word]).ConfigureAwait(false));
        }
        return argv;
    }

    public async Task<int> RunBuiltinAsync(IShellCommand command, IReadOnlyList<string> argv)
    {
        await Process.SpendAsync(BuiltinMicroseconds).ConfigureAwait(false);
        var context = new CommandContext(Process, argv, Variables.Exported, this);
        try
        {
            return await context.RunAsync(command).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandException or FileException)
        {
            await context
                .DiscardAsync($"{(command.Kind == CommandKind.Program ? "" : "sh: ")}{argv[0]}: {e.Message}\n")
                .ConfigureAwait(false);
            return (e as CommandException)?.Status ?? 1;
        }
    }

    private async Task<int> CallAsync(ShellNode function, List<string> argv)
    {
        Enter();
        var (positional, loops) = (Positional, _loops);
        (Positional, _loops) = (argv[1..], 0);
        Variables.EnterFunction();
        try
        {
            var status = await RunAsync(function).ConfigureAwait(false);
            if (Leaving != Flow.Return) return status;
            Leaving = Flow.None;
            return LastStatus;
        }
        finally
        {
            Variables.LeaveFunction();
            (Positional, _loops) = (positional, loops);
            _depth--;
        }
    }

    private async Task<int> RunProgramAsync(SimpleCommandNode node, List<string> argv, bool inPlace)
    {
        await Process.SpendAsync(ForkMicroseconds).ConfigureAwait(false);
        var process = inPlace ? Process : new ContainerProcess(Process.Session, Process, string.Join(' ', argv));
        if (inPlace)
        {
            process.Command = string.Join(' ', argv);
            process.Handler = null;
        }
        var running = ProgramAsync(process, node, argv);
        if (inPlace) return await running.ConfigureAwait(false);
        var status = await WaitForAsync(running).ConfigureAwait(false);
        if (Signals.Death(process.FatalSignal) is { } text) await ErrorAsync(text + "\n").ConfigureAwait(false);
        return status;
    }

    private Task<int> ProgramAsync(ContainerProcess process, SimpleCommandNode node, List<string> argv) =>
        ProcessRunner.RunAsync(
            process,
            ShellPath.Name(argv[0]),
            async () =>
            {
                var saved = new SavedFiles(process.Files);
                try
                {
                    if (!await TryRedirectAsync(node.Redirections, process, saved).ConfigureAwait(false))
                        return 1;
                    return await ShellLauncher
                        .RunProgramAsync(process, argv, Variables.Exported, Name)
                        .ConfigureAwait(false);
                }
                finally
                {
                    saved.Forget();
                }
            }
        );

    /// <summary><c>exec</c>: redirections that stay, and a command in place of the shell.</summary>
    private async Task<int> ExecuteAsync(SimpleCommandNode node, List<string> argv)
    {
        var saved = new SavedFiles(Process.Files);
        var redirected = await TryRedirectAsync(node.Redirections, Process, saved).ConfigureAwait(false);
        saved.Forget();
        if (!redirected)
            throw new ShellErrorException("can't redirect", 1);
        if (argv.Count == 1)
            return 0;
        LastStatus =
            ShellCommandTable.Find(ShellPath.Name(argv[1])) is { } command && command.Kind != CommandKind.Program
                ? await RunBuiltinAsync(command, argv[1..]).ConfigureAwait(false)
                : await ShellLauncher.RunChildAsync(Process, argv[1..], Variables.Exported).ConfigureAwait(false);
        Leaving = Flow.Exit;
        _traps.Remove("EXIT");
        return LastStatus;
    }

    private async Task TraceAsync(SimpleCommandNode node, List<string> argv)
    {
        var assignments = node.Assignments.Select(a => $"{a.Name}={Variables[a.Name]}");
        await ErrorAsync($"{Variables["PS4"] ?? "+ "}{string.Join(' ', assignments.Concat(argv))}\n")
            .ConfigureAwait(false);
    }

    public async Task ErrorAsync(string text)
    {
        if (Process.Files[2] is { } errors)
            await errors.WriteAsync(ByteText.Bytes(text), Process.Token).ConfigureAwait(false);
    }
}
