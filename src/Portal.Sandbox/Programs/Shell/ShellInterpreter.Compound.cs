namespace Portal.Sandbox.Programs.Shell;

/// <summary>Lists, pipelines and compound commands.</summary>
internal sealed partial class ShellInterpreter
{
    private async Task<int> RunListAsync(ListNode list)
    {
        var status = 0;
        foreach (var (command, background) in list.Items)
        {
            status = background ? StartInBackground(command) : await RunAsync(command).ConfigureAwait(false);
            if (background) LastStatus = 0;
            if (_pending.Count > 0) await RunTrapsAsync().ConfigureAwait(false);
            if (Leaving != Flow.None) break;
        }
        return Leaving is Flow.Exit or Flow.Return ? LastStatus : status;
    }

    private int StartInBackground(ShellNode command)
    {
        var text = ShellText.Of(command);
        var child = Fork(text);
        child.Process.IsBackground = true;
        if (!Interactive) child.Process.Files.Set(0, new DeviceFile("/dev/null"));
        Jobs.Add(child.Process, text, child.RunAsChildAsync(command));
        return 0;
    }

    private async Task<int> RunAndOrAsync(AndOrNode list)
    {
        var tested = 1 + list.Rest.Count;
        var status = await TestedAsync(list.First, --tested > 0).ConfigureAwait(false);
        foreach (var (and, command) in list.Rest)
        {
            tested--;
            if (Leaving != Flow.None) break;
            if (and == (status == 0)) status = await TestedAsync(command, tested > 0).ConfigureAwait(false);
        }
        return status;
    }

    private async Task<int> TestedAsync(ShellNode node, bool tested)
    {
        if (tested) _tested++;
        var status = await RunAsync(node).ConfigureAwait(false);
        if (tested) _tested--;
        return status;
    }

    private async Task<int> RunPipelineAsync(PipelineNode pipeline)
    {
        if (pipeline.Commands.Count == 1)
        {
            var single = await TestedAsync(pipeline.Commands[0], pipeline.Negated).ConfigureAwait(false);
            return pipeline.Negated && Leaving == Flow.None ? single == 0 ? 1 : 0 : single;
        }
        var children = new List<Task<int>>();
        OpenFile? input = null;
        try
        {
            for (var i = 0; i < pipeline.Commands.Count; i++)
            {
                var child = Fork("sh");
                if (input is not null) child.Process.Files.Set(0, input);
                input = null;
                if (i + 1 < pipeline.Commands.Count)
                {
                    var pipe = new BytePipe();
                    child.Process.Files.Set(1, pipe.Writer);
                    input = pipe.Reader;
                }
                children.Add(child.RunAsChildAsync(pipeline.Commands[i]));
            }
        }
        finally
        {
            input?.Close();
        }
        var statuses = new List<int>();
        foreach (var child in children) statuses.Add(await WaitForAsync(child).ConfigureAwait(false));
        var status = Options.PipeFail && statuses.FindLast(s => s != 0) is not 0 and var failed ? failed : statuses[^1];
        return pipeline.Negated ? status == 0 ? 1 : 0 : Checked(status);
    }

    private async Task<int> RunRedirectedAsync(RedirectedNode node)
    {
        if (node.Body is SubshellNode subshell)
        {
            var child = Fork("sh");
            return Checked(
                await WaitForAsync(child.RunAsChildAsync(new RedirectedNode(subshell.Body, node.Redirections)))
                    .ConfigureAwait(false)
            );
        }
        var saved = new SavedFiles(Process.Files);
        try
        {
            if (!await TryRedirectAsync(node.Redirections, Process, saved).ConfigureAwait(false)) return Checked(1);
            return await RunAsync(node.Body).ConfigureAwait(false);
        }
        finally
        {
            saved.Restore();
        }
    }

    private async Task<int> RunIfAsync(IfNode choice)
    {
        foreach (var (condition, body) in choice.Branches)
        {
            var status = await TestedAsync(condition, tested: true).ConfigureAwait(false);
            if (Leaving != Flow.None) return status;
            if (status == 0) return await RunAsync(body).ConfigureAwait(false);
        }
        return choice.Else is null ? 0 : await RunAsync(choice.Else).ConfigureAwait(false);
    }

    private async Task<int> RunLoopAsync(LoopNode loop)
    {
        var status = 0;
        _loops++;
        while (true)
        {
            var condition = await TestedAsync(loop.Condition, tested: true).ConfigureAwait(false);
            if (Leaving != Flow.None)
            {
                if (Leaving is Flow.Exit or Flow.Return) status = condition;
                if (LeavesLoop()) break;
                continue;
            }
            if (condition == 0 == loop.Until) break;
            status = await RunAsync(loop.Body).ConfigureAwait(false);
            if (LeavesLoop()) break;
        }
        _loops--;
        return status;
    }

    private async Task<int> RunForAsync(ForNode loop)
    {
        var words = loop.Words is null
            ? [.. Positional]
            : await _expansion.FieldsAsync(loop.Words).ConfigureAwait(false);
        var held = Cost(words);
        Process.Hold(held);
        var status = 0;
        _loops++;
        foreach (var word in words)
        {
            Variables.Set(loop.Name, word);
            status = await RunAsync(loop.Body).ConfigureAwait(false);
            if (LeavesLoop()) break;
        }
        _loops--;
        Process.Hold(-held);
        return status;
    }

    /// <summary>Whether a loop ends here, after a <c>break</c> or <c>continue</c> perhaps.</summary>
    private bool LeavesLoop()
    {
        switch (Leaving)
        {
            case Flow.None: return false;
            case Flow.Break or Flow.Continue:
                if (Levels > 1)
                {
                    Levels--;
                    return true;
                }
                var leaves = Leaving == Flow.Break;
                Leaving = Flow.None;
                return leaves;
            default: return true;
        }
    }

    private async Task<int> RunCaseAsync(CaseNode choice)
    {
        var subject = await _expansion.TextAsync(choice.Subject).ConfigureAwait(false);
        foreach (var (patterns, body) in choice.Items)
        {
            foreach (var pattern in patterns)
            {
                var text = await _expansion.PatternAsync(pattern).ConfigureAwait(false);
                await Process.SpendAsync(subject.Length * 0.01).ConfigureAwait(false);
                if (ShellPattern.IsMatch(text, subject))
                    return body is null or ListNode { Items.Count: 0 } ? 0 : await RunAsync(body).ConfigureAwait(false);
            }
        }
        return 0;
    }
}
