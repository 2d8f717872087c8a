using System.CommandLine;
using Portal.Content.Catalog;
using Portal.Content.Model;

namespace Portal.Cli.Commands;

/// <summary><c>portal lesson list|lint|test|run</c>, for authors.</summary>
internal static class LessonCommand
{
    public static Command Create()
    {
        var root = new Option<DirectoryInfo>("--content") { Description = "Directory of the courses.", DefaultValueFactory = _ => new DirectoryInfo("content") };
        var list = new Command("list", "List the courses and their lessons.") { root };
        list.SetAction(result => List(result.GetValue(root)!.FullName));

        var lintPath = new Argument<string>("path") { Description = "A lesson directory, a .md file, or a directory of courses.", DefaultValueFactory = _ => "content" };
        var lint = new Command("lint", "Report every problem of a lesson, with file, line and remedy.") { lintPath };
        lint.SetAction(result => Lint(result.GetValue(lintPath)!));

        return new Command("lesson", "Work on lessons.")
        {
            list,
            lint,
            Running("test", "Run a lesson as its learner would; succeed only when every command came out as stated, every check is proven and every wrong answer refused.", checks: true),
            Running("run", "Run the blocks of a lesson and show their output.", checks: false),
        };
    }

    private static Command Running(string name, string description, bool checks)
    {
        var path = new Argument<string>("path") { Description = "A lesson directory or a .md file." };
        var cluster = new Option<string>("--cluster") { Description = "Cluster provider: sandbox, kind or kubeconfig.", DefaultValueFactory = _ => "sandbox" };
        var steps = new Option<string?>("--steps") { Description = "Run these steps only, e.g. 1-4 or 3." };
        var sections = new Option<string?>("--sections") { Description = "Run these sections too, by their ids, e.g. exercise-1,cleanup." };
        var unrecorded = new Option<bool>("--no-record") { Description = "Do not record a success with the whole lesson beside it." };
        var command = new Command(name, description) { path, cluster, steps, sections };
        if (checks) command.Add(unrecorded);
        command.SetAction((result, cancellationToken) =>
        {
            var range = StepRange.Parse(result.GetValue(steps));
            if (range is null && result.GetValue(steps) is not null)
            {
                Console.Error.WriteLine("--steps takes a number or a range, such as 3 or 1-4.");
                return Task.FromResult(2);
            }
            var named = (result.GetValue(sections) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return LessonRun.RunAsync(new(result.GetValue(path)!, result.GetValue(cluster)!, range, named, checks, Record: checks && !result.GetValue(unrecorded)), cancellationToken);
        });
        return command;
    }

    private static int List(string root)
    {
        if (!Directory.Exists(root))
        {
            Console.Error.WriteLine($"There is no directory {root}. Name the directory of the courses with --content.");
            return 1;
        }
        using var catalog = new FileCourseCatalog(root, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<FileCourseCatalog>.Instance);
        foreach (var course in catalog.Courses)
        {
            Console.WriteLine($"{course.Id}: {course.Title}");
            foreach (var lesson in course.Lessons) Console.WriteLine($"  {(lesson.Available ? "✓" : lesson.Problems.IsEmpty ? "·" : "✗")} {lesson.Id,-32} {lesson.Title}");
        }
        return 0;
    }

    private static int Lint(string path)
    {
        var full = Path.GetFullPath(path);
        var lessons = File.Exists(full) || File.Exists(Path.Combine(full, LessonLoader.FileName))
            ? [full]
            : Directory.Exists(full) ? Directory.EnumerateFiles(full, LessonLoader.FileName, SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!).Order(StringComparer.Ordinal).ToList() : [full];
        var problems = lessons.SelectMany(l => LessonLoader.Load(l, Directory.GetCurrentDirectory()).Problems).ToList();
        foreach (var problem in problems) Console.WriteLine(problem);
        var errors = problems.Count(p => p.Severity == ProblemSeverity.Error);
        Console.WriteLine($"{lessons.Count} lessons, {errors} errors, {problems.Count - errors} warnings");
        return errors == 0 ? 0 : 1;
    }
}
