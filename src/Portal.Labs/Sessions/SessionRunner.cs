using System.Collections.Immutable;
using Portal.Content.Model;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// Makes one run: splits the block, runs its commands, records and shows the result, and grades what it reached.
/// </summary>
internal sealed class SessionRunner(
    LessonSessionKey key,
    LessonSessionFactory factory,
    SessionLifecycle lifecycle,
    SessionProgress progress,
    Live<SessionSnapshot> live,
    Guarded guarded
)
{
    private readonly CommandRunner _runner = new(factory.Time);

    /// <returns>Whether all of it succeeded.</returns>
    public Task<bool> ExecuteAsync(QueuedRun run, CancellationToken stop) =>
        run.Options.Preview ? PreviewAsync(run, stop) : RunAsync(run, stop);

    private async Task<bool> RunAsync(QueuedRun run, CancellationToken stop)
    {
        RunSnapshot finished;
        using var measure = LabsTelemetry.StartRun(key, run.Block.Id, factory.Time);
        try
        {
            var commands = await CommandSplitter.SplitAsync(run.Code ?? run.Block.Code, stop).ConfigureAwait(false);
            var selected = commands
                .Select((text, index) => (index, text))
                .Where(c => run.Command is null || c.index == run.Command)
                .ToImmutableArray();
            if (lifecycle.Lab?.Workspace is not { } workspace)
                return false;
            lifecycle.KeepBefore(run.Section);
            lifecycle.NoteChangesOf(run.Section);
            if (run.Section.Kind == SectionKind.Cleanup)
                lifecycle.Grader?.KeepPasses();
            var request = new RunRequest(
                run.RunId,
                run.Block.Id,
                selected,
                run.Block.Timeout ?? factory.Options.CommandTimeout,
                run.Block.ContinueOnError,
                Edited: run.Code is not null,
                run.AtOnce
            );
            finished = await _runner
                .RunAsync(
                    workspace,
                    request,
                    shown =>
                    {
                        measure.Seen(shown);
                        ShowRunning(shown);
                    },
                    stop
                )
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            finished = NewRun(run, RunPhase.Stopped, "");
        }
        catch (Exception e)
        {
            Log.RunNotMade(factory.Logger, e, key.CourseId, key.LessonId);
            Show(
                run,
                RunPhase.Failed,
                e is WorkspaceException ? e.Message : "The portal could not run this block. Try again."
            );
            return false;
        }
        measure.Ended(finished.Phase);
        await progress
            .PublishRunAsync(run, finished, wholeBlock: run.Command is null && run.Code is null, stop)
            .ConfigureAwait(false);
        if (LearnerCommand.Of(finished, run.Section.Id, factory.Time.GetUtcNow()) is { } command)
            factory.Activities.Note(key, command);
        // What a block has reached counts even when the next one, which may wait already, changes it at once.
        // The run is what it was, whatever becomes of the grading.
        if (lifecycle.Grader is { } grader)
        {
            using var grading = LabsTelemetry.StartGrading(key, factory.Time);
            await guarded.Start("grading of a run", () => grader.GradeAsync(run.Section, stop)).ConfigureAwait(false);
        }
        return finished.Phase == RunPhase.Succeeded;
    }

    /// <summary>Nothing of it is recorded or graded, for nothing has been done.</summary>
    private async Task<bool> PreviewAsync(QueuedRun run, CancellationToken stop)
    {
        if (lifecycle.Lab?.Workspace is not { } workspace)
            return false;
        var commands = BlockPreview.CommandsOf(
            await CommandSplitter.SplitAsync(run.Code ?? run.Block.Code, stop).ConfigureAwait(false)
        );
        var request = new RunRequest(
            run.RunId,
            run.Block.Id,
            [.. commands.Select((text, index) => (index, text))],
            factory.Options.CommandTimeout,
            ContinueOnError: true,
            Edited: true,
            run.AtOnce
        );
        var tried = await _runner.RunAsync(workspace, request, progress.ShowPreview, stop).ConfigureAwait(false);
        progress.ShowPreview(BlockPreview.Judge(tried));
        return true;
    }

    /// <summary>The run is over: one that never came to an end of its own is shown as failed.</summary>
    public void Ended(QueuedRun run)
    {
        if (run.Options.Preview)
            return;
        var shown = live.Current.Runs.GetValueOrDefault(run.Block.Id);
        if (shown?.RunId != run.RunId || shown.Phase is RunPhase.Running or RunPhase.Waiting)
            Show(run, RunPhase.Failed, "The portal could not run this block. Try again.");
    }

    private void Show(QueuedRun run, RunPhase phase, string output) => progress.ShowRun(NewRun(run, phase, output));

    private RunSnapshot NewRun(QueuedRun run, RunPhase phase, string output) => new()
    {
        RunId = run.RunId,
        BlockId = run.Block.Id,
        Phase = phase,
        Started = factory.Time.GetUtcNow(),
        Edited = run.Code is not null,
        Commands = [new() { Index = 0, Text = run.Code ?? run.Block.Code, Phase = phase, Output = output }],
    };

    /// <summary>A finished run is shown only after it was recorded.</summary>
    private void ShowRunning(RunSnapshot run)
    {
        if (run.Phase == RunPhase.Running) progress.ShowRun(run);
    }
}
