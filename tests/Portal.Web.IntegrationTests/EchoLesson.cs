using Portal.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>A lesson whose every step says its number, for a portal of its own.</summary>
internal static class EchoLesson
{
    public const string Path = "/learn/course/lesson";

    public static string Program => Repository.PathOf("artifacts", "bin", "Portal.Web", "debug", "Portal.Web.dll");

    /// <summary>Writes it below a directory.</summary>
    /// <returns>The setting that makes it the portal's content.</returns>
    public static string Write(TempDirectory directory, int steps)
    {
        directory.Write("content/course/course.yaml", "title: A course\nlessons:\n- id: lesson\n  title: A lesson\n");
        var texts = Enumerable
            .Range(1, steps)
            .Select(n => $"### Step {n}: Say {n}\n\n```bash {{name=say-{n}}}\necho {n}\n```\n");
        directory.Write("content/course/lesson/lesson.md", "# A lesson\n\n" + string.Join('\n', texts));
        return $"--Portal:Content:Root={System.IO.Path.Combine(directory.Path, "content")}";
    }
}
