using System.Globalization;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Labs.Authoring;

/// <summary>Runs blocks in a session as its learner would, and holds their output to the samples that the lesson shows.</summary>
internal sealed class BlockTrial(ILessonSession session, TrialLog log, bool showOutput)
{
    /// <summary>Samples that were compared.</summary>
    public int Samples { get; private set; }

    /// <summary>False when a command failed that should not have.</summary>
    public async Task<bool> RunAsync(Section section, Block block, CancellationToken cancellationToken)
    {
        var before = session.Current.Runs.GetValueOrDefault(block.Id)?.RunId;
        await session.RunAsync(block.Id, RunOptions.WholeBlock, cancellationToken).ConfigureAwait(false);
        var done = await session.UntilAsync(s => s.ActiveBlockId is null && s.Runs.TryGetValue(block.Id, out var r) && r.RunId != before && r.Phase is not (RunPhase.Running or RunPhase.Waiting), cancellationToken).ConfigureAwait(false);
        var run = done.Runs[block.Id];
        foreach (var command in run.Commands)
        {
            var ok = command.Phase == RunPhase.Succeeded || (block.ContinueOnError && command.Phase == RunPhase.Failed);
            var ending = command.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? command.Phase.ToString();
            log.Outcome(ok, $"{FirstLine(command.Text)}  [{ending}] {TrialLog.Seconds(command.Duration)}", command.Output, always: showOutput);
        }
        var output = string.Concat(run.Commands.Select(c => c.Output.EndsWith('\n') ? c.Output : c.Output + "\n"));
        foreach (var sample in section.Blocks.Where(b => b.SampleOf == block.Id))
        {
            Samples++;
            var missing = OutputSample.FirstMissing(sample.Code, output);
            log.Outcome(missing is null, missing is null ? $"output as shown in line {sample.Line}" : $"output is not as shown in line {sample.Line}: no '{missing}' in", output);
        }
        return run.Phase == RunPhase.Succeeded || block.ContinueOnError;
    }

    private static string FirstLine(string text) => text.Split('\n') is [var first, _, ..] ? first + " …" : text;
}
