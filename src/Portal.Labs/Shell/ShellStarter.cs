using Portal.Labs.Shell.Isolation;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>Starts the shells of one workspace, all in the same place.</summary>
internal sealed class ShellStarter(
    WorkspaceSpec spec,
    IWorkspacePlace place,
    string bash,
    Guarded guarded,
    TimeProvider time
)
{
    /// <exception cref="WorkspaceException">It is missing, or kubectl is.</exception>
    public static string FindBash(WorkspaceSpec spec)
    {
        if (ToolPaths.Find("kubectl", spec.ToolsDirectory) is null)
        {
            throw new WorkspaceException(
                "kubectl was not found on the portal's PATH.",
                "Install kubectl 1.32 or newer (https://kubernetes.io/docs/tasks/tools/) and start the portal again."
            );
        }
        return ToolPaths.Find("bash")
            ?? throw new WorkspaceException(
                "bash was not found on this machine.",
                "Install bash and start the portal again; on Windows run the portal in WSL."
            );
    }

    /// <summary>The main shell.</summary>
    public Task<InteractiveShell> StartAsync(ShellScreen screen) => StartAsync(screen, place.Paths, beside: false);

    /// <summary>
    /// A shell beside the main one, with the variables that that one exported. What it tells goes into files of its
    /// own.
    /// </summary>
    /// <param name="number">No other that runs has it.</param>
    public async Task<InteractiveShell> StartBesideAsync(ShellScreen screen, int number)
    {
        var paths = place.Paths with { Suffix = $"-{number}" };
        await File
            .WriteAllTextAsync(
                Path.Combine(WorkspaceFiles.Input(spec), ShellStartup.WakeFile + paths.Suffix),
                ShellVariables.Script(spec, paths, paths.Search, withDirectory: false),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        return await StartAsync(screen, paths, beside: true).ConfigureAwait(false);
    }

    private Task<InteractiveShell> StartAsync(ShellScreen screen, ShellPaths paths, bool beside) =>
        InteractiveShell.StartAsync(
            files =>
                place.Wrap(
                    WorkspaceFiles.ShellStart(paths, bash, files) with
                    {
                        Columns = screen.Size.Columns,
                        Rows = screen.Size.Rows,
                    },
                    beside
                ),
            paths,
            WorkspaceFiles.Input(spec),
            screen.Hub,
            guarded,
            time
        );
}
