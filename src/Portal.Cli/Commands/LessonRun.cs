using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Content;
using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Cli.Commands;

/// <param name="Checks">Whether checks are evaluated and count; without, the output of the commands is shown.</param>
internal sealed record LessonRunOptions(string Path, string Cluster, StepRange Steps, bool Exercises, bool Checks);

/// <summary>Runs a lesson in a session as a page would, in a workspace that is thrown away.</summary>
internal sealed class LessonRun(ILessonSession session, LessonRunOptions options)
{
    private int _passed;
    private int _failed;
    private int _notSupported;

    public static async Task<int> RunAsync(LessonRunOptions options, CancellationToken cancellationToken)
    {
        var loaded = LessonLoader.Load(options.Path, Directory.GetCurrentDirectory());
        if (!loaded.Usable || loaded.Lesson is not { } lesson)
        {
            foreach (var problem in loaded.Problems) await Console.Error.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            return 1;
        }
        var workspaces = Directory.CreateTempSubdirectory("portal-lesson-").FullName;
        try
        {
            var services = Services(lesson, options, workspaces);
            await using (services.ConfigureAwait(false))
            {
                var session = await services.GetRequiredService<ILessonSessions>().OpenAsync(new("author", lesson.CourseId, lesson.Id), cancellationToken).ConfigureAwait(false);
                return await new LessonRun(session, options).RunSectionsAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Microsoft.Extensions.Options.OptionsValidationException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 2;
        }
        finally
        {
            Directory.Delete(workspaces, recursive: true);
        }
    }

    private static ServiceProvider Services(Lesson lesson, LessonRunOptions options, string workspaces)
    {
        var services = new ServiceCollection();
        services.AddLogging(b => b.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddInMemoryCollection([new("Portal:Labs:DefaultProvider", options.Cluster), new("Portal:Labs:WorkspacesDirectory", workspaces)])
            .Build());
        services.AddSingleton<ICourseCatalog>(new SingleLessonCatalog(lesson));
        services.AddPortalLabs();
        return services.BuildServiceProvider();
    }

    private async Task<int> RunSectionsAsync(CancellationToken cancellationToken)
    {
        var ready = await UntilAsync(s => s.Workspace.Phase != WorkspacePhase.Starting && s.Cluster.Phase != ClusterPhase.Starting, cancellationToken).ConfigureAwait(false);
        if (ready.Cluster.Phase == ClusterPhase.Failed || ready.Workspace.Phase == WorkspacePhase.Failed)
        {
            await Console.Error.WriteLineAsync($"{ready.Cluster.Message ?? ready.Workspace.Message} {ready.Cluster.Remedy ?? ready.Workspace.Remedy}").ConfigureAwait(false);
            return 1;
        }
        foreach (var section in session.Lesson.Sections)
        {
            var wanted = section.Kind switch
            {
                SectionKind.Step => options.Steps.Contains(section.Number),
                SectionKind.Exercise => options.Exercises,
                _ => false,
            };
            if (wanted) await RunSectionAsync(section, cancellationToken).ConfigureAwait(false);
        }
        Console.WriteLine($"{_passed} as stated, {_failed} not, {_notSupported} blocks for other providers");
        return _failed == 0 ? 0 : 1;
    }

    private async Task RunSectionAsync(Section section, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{section.Kind} {section.Number}: {section.Title}");
        foreach (var block in section.Blocks.Where(b => b.Runnable))
        {
            if (!block.RunsOn(options.Cluster))
            {
                _notSupported++;
                Console.WriteLine($"  - {block.Id}: for {string.Join(", ", block.On)} only");
                continue;
            }
            if (!await RunBlockAsync(block, cancellationToken).ConfigureAwait(false)) break;
            // A solution passes through states that checks look for; each is looked at before the next block changes it.
            if (options.Checks && section.Kind == SectionKind.Exercise) await SettleAsync(section, cancellationToken).ConfigureAwait(false);
        }
        if (options.Checks) await ReportChecksAsync(section, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> RunBlockAsync(Block block, CancellationToken cancellationToken)
    {
        var before = session.Current.Runs.GetValueOrDefault(block.Id)?.RunId;
        await session.RunAsync(block.Id, RunOptions.WholeBlock, cancellationToken).ConfigureAwait(false);
        var done = await UntilAsync(s => s.ActiveBlockId is null && s.Runs.TryGetValue(block.Id, out var r) && r.RunId != before && r.Phase is not (RunPhase.Running or RunPhase.Waiting), cancellationToken).ConfigureAwait(false);
        var run = done.Runs[block.Id];
        foreach (var command in run.Commands)
        {
            var ok = command.Phase == RunPhase.Succeeded || (block.ContinueOnError && command.Phase == RunPhase.Failed);
            if (ok) _passed++;
            else _failed++;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(ok ? "✓" : "✗")} {FirstLine(command.Text)}  [{command.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? command.Phase.ToString()}] {command.Duration.TotalSeconds:0.0}s"));
            if (!ok || !options.Checks) Console.WriteLine(string.Concat(command.Output.TrimEnd().Split('\n').Select(l => $"      {l}\n")).TrimEnd());
        }
        return run.Phase == RunPhase.Succeeded;
    }

    private async Task SettleAsync(Section section, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken).ConfigureAwait(false);
        await session.CheckAsync(section.Id, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReportChecksAsync(Section section, CancellationToken cancellationToken)
    {
        if (section.Checks.IsEmpty) return;
        await session.CheckAsync(section.Id, cancellationToken).ConfigureAwait(false);
        foreach (var check in section.Checks)
        {
            if (check.Probe == "answer" && check.Settings["accept"] is System.Text.Json.Nodes.JsonArray { Count: > 0 } accepted)
            {
                await session.AnswerAsync(check.Id, accepted[0]!.ToString(), cancellationToken).ConfigureAwait(false);
            }
            var state = session.Current.Checks[check.Id];
            if (state.IsPassed) _passed++;
            else _failed++;
            Console.WriteLine($"  {(state.IsPassed ? "✓" : "✗")} check {check.Id}: {check.Title}{(state.IsPassed ? "" : $"\n      {state.Message}")}");
        }
    }

    private async Task<SessionSnapshot> UntilAsync(Func<SessionSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in session.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (condition(snapshot)) return snapshot;
        }
        throw new InvalidOperationException("The session ended.");
    }

    private static string FirstLine(string text) => text.Split('\n') is [var first, _, ..] ? first + " …" : text;
}
