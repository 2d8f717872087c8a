using MudBlazor;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Block = Portal.Content.Model.Block;

namespace Portal.Web.Components.Lessons;

/// <summary>
/// What a learner can do on a lesson page. One for each page, handed down once; does nothing until the page has attached
/// to its session. A refusal is told in words and is not an error of the page.
/// </summary>
public sealed class LessonActions(ISnackbar snackbar, ILessonSessions sessions, CancellationToken leaving)
{
    private ILessonSession? _session;

    /// <summary>Attaches the page to a session again, after the one before has ended.</summary>
    public Action Restart { get; set; } = () => { };

    /// <summary>Shows a page of a port in the panel, which sets this.</summary>
    public Func<int, string, Task> ShowPort { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Names the workspace in the addresses of its ports; null before the page has attached.</summary>
    public string? WorkspaceId => _session?.WorkspaceId;

    public void Attach(ILessonSession session) => _session = session;

    public Task RunAsync(string blockId, RunOptions options) => DoAsync(s => s.RunAsync(blockId, options, leaving));

    /// <summary>Runs the blocks of a section one after the other; a block of a solution is the learner's to run.</summary>
    public Task RunSectionAsync(Section section, string provider) => DoAsync(async s =>
    {
        foreach (var block in RunnableBlocks(section, provider)) await s.RunAsync(block.Id, RunOptions.WholeBlock, leaving);
    });

    public Task StopAsync() => DoAsync(s => s.StopAsync(leaving));
    public Task CheckAsync(string? sectionId) => DoAsync(s => s.CheckAsync(sectionId, leaving));
    public Task AnswerAsync(string checkId, string answer) => DoAsync(s => s.AnswerAsync(checkId, answer, leaving));
    public Task StopJobAsync(int number) => DoAsync(s => s.StopJobAsync(number, leaving));
    public Task ResetAsync() => DoAsync(s => s.ResetAsync(leaving));

    /// <summary>Deletes the learner's cluster and workspace of this lesson; the session ends.</summary>
    public Task DeleteAsync() => DoAsync(s => sessions.DeleteAsync(s.Key, leaving));
    public string? GetObjectYaml(Clusters.Watching.ClusterObjectKey key) => _session?.GetObjectYaml(key);

    public Task<ITerminalAttachment>? AttachTerminalAsync(int columns, int rows) => _session?.AttachTerminalAsync(columns, rows, leaving);

    public static IEnumerable<Block> RunnableBlocks(Section section, string provider) =>
        section.Blocks.Where(b => b.Runnable && !b.InSolution && b.RunsOn(provider));

    private async Task DoAsync(Func<ILessonSession, Task> action)
    {
        if (_session is null) return;
        try
        {
            await action(_session);
        }
        catch (RunRefusedException e)
        {
            snackbar.Add(e.Message, Severity.Warning);
        }
        catch (ClusterUnavailableException e)
        {
            snackbar.Add($"{e.Message} {e.Remedy}", Severity.Error);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
        }
    }
}
