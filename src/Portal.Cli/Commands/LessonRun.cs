using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Content;
using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Labs.Authoring;
using Portal.Labs.Sessions;

namespace Portal.Cli.Commands;

/// <param name="Steps">Steps to run; null for the whole lesson.</param>
/// <param name="Sections">Ids of sections to run besides, such as <c>exercise-1</c>.</param>
/// <param name="Checks">Whether checks are proven and count; without, the output of the commands is shown.</param>
/// <param name="Record">Whether a success with the whole lesson is recorded beside it.</param>
internal sealed record LessonRunOptions(string Path, string Cluster, StepRange? Steps, IReadOnlyCollection<string> Sections, bool Checks, bool Record)
{
    public bool IsWholeLesson => Steps is null && Sections.Count == 0;

    /// <summary>Without a choice a test is of the whole lesson, and a run is of its steps.</summary>
    public bool Wants(Section section) => IsWholeLesson
        ? Checks || section.Kind == SectionKind.Step
        : Sections.Contains(section.Id) || (section.Kind == SectionKind.Step && Steps?.Contains(section.Number) == true);
}

/// <summary>Runs a lesson in a session as a page would, in a workspace that is thrown away.</summary>
internal static class LessonRun
{
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
                return await RunAsync(session, options, services.GetRequiredService<TimeProvider>(), cancellationToken).ConfigureAwait(false);
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

    private static async Task<int> RunAsync(ILessonSession session, LessonRunOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var ready = await session.UntilAsync(s => s.Workspace.Phase != WorkspacePhase.Starting && s.Cluster.Phase != ClusterPhase.Starting, cancellationToken).ConfigureAwait(false);
        if (ready.Cluster.Phase == ClusterPhase.Failed || ready.Workspace.Phase == WorkspacePhase.Failed)
        {
            await Console.Error.WriteLineAsync($"{ready.Cluster.Message ?? ready.Workspace.Message} {ready.Cluster.Remedy ?? ready.Workspace.Remedy}").ConfigureAwait(false);
            return 1;
        }
        var report = await new LessonTrial(session, new(options.Wants, options.Checks), Console.Out, time).RunAsync(cancellationToken).ConfigureAwait(false);
        Show(report, options);
        if (report.Succeeded && options is { Checks: true, Record: true, IsWholeLesson: true })
        {
            VerificationFile.Write(session.Lesson.Directory, new(options.Cluster, report.Kubernetes, session.Lesson.Istio, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)));
            Console.WriteLine($"Verified on {options.Cluster}, Kubernetes {report.Kubernetes}{(session.Lesson.Istio is { } istio ? $", Istio {istio}" : "")}: recorded in {VerificationFile.FileName}");
        }
        return report.Succeeded ? 0 : 1;
    }

    private static void Show(LessonReport report, LessonRunOptions options)
    {
        Console.WriteLine();
        foreach (var section in report.Sections)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(section.NotStated == 0 ? "✓" : "✗")} {section.Title,-60} {section.Stated,4} as stated{(section.NotStated > 0 ? $", {section.NotStated} not" : "")}  {section.Duration.TotalSeconds:0.0}s"));
        }
        if (options.Checks)
        {
            Console.WriteLine($"{report.Proven} checks proven, {report.Unproven.Length} not; {report.Refused} wrong answers refused, {report.NotRefused.Length} not; {report.Samples} samples of output compared");
            foreach (var check in report.Unproven) Console.WriteLine($"  ✗ {check}");
            foreach (var check in report.Broken) Console.WriteLine($"  ✗ {check} (the lesson itself breaks it again: put things back, or say once: true)");
            foreach (var file in report.NotRefused) Console.WriteLine($"  ✗ {file}");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Stated} as stated, {report.NotStated} not, {report.Elsewhere} blocks for other providers, {report.Duration.TotalSeconds:0} s"));
    }
}
