using Portal.Content.Model;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>Starts the workspace of a session's lab, and shows in the session's snapshots how it is.</summary>
internal sealed class SessionWorkspace(
    LessonSessionKey key,
    Lesson lesson,
    LessonSessionFactory factory,
    Live<SessionSnapshot> live,
    SessionTroubles troubles
)
{
    /// <param name="tell">Leaves a message for the session's loop.</param>
    /// <param name="isCurrent">Whether the lab is the session's still.</param>
    public async Task StartAsync(
        SessionLab lab,
        Action<string, Action> tell,
        Func<bool> isCurrent,
        CancellationToken closing
    )
    {
        try
        {
            var workspace = await lab.StartWorkspaceAsync(factory, key, lesson, closing).ConfigureAwait(false);
            workspace.Typing += () => factory.Activities.Touch(key);
            workspace.CommandTyped += typed =>
                factory.Activities.Note(key, LearnerCommand.Of(typed, factory.Time.GetUtcNow()));
            workspace.JobsChanged += () => live.Update(s => s with { Jobs = workspace.Jobs });
            workspace.PortsChanged += () => live.Update(s => s with { Ports = OpenPorts.Of(workspace.Ports, s) });
            workspace.Sides.Changed += () => live.Update(s => s with { Terminals = workspace.Sides.Terminals });
            workspace.ShellChanged += problem => tell("shell changed", () =>
            {
                if (isCurrent()) Show(problem);
            });
            workspace.HomeChanged += problem => tell("home changed", () =>
            {
                if (problem is null || !isCurrent()) troubles.End(TroubleKind.HomeFull);
                else troubles.Begin(TroubleKind.HomeFull, problem);
            });
            live.Update(s => s with { Jobs = workspace.Jobs, Ports = OpenPorts.Of(workspace.Ports, s) });
            Show(null);
        }
        catch (WorkspaceException e)
        {
            Log.WorkspaceNotStarted(factory.Logger, e, key.CourseId, key.LessonId);
            Show(e);
        }
    }

    private void Show(WorkspaceException? problem) =>
        live.Update(s =>
            s with
            {
                Workspace = problem is null
                    ? new(WorkspacePhase.Ready, null, null)
                    : new(WorkspacePhase.Failed, problem.Message, problem.Remedy),
            }
        );
}
