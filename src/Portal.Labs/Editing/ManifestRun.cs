using Portal.Content.Model;
using Portal.Labs.Sessions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Editing;

/// <summary>How a manifest of the learner's is applied: by a command as they would type it.</summary>
public static class ManifestRun
{
    /// <summary>
    /// The id under which <see cref="SessionSnapshot.Runs"/> and <see cref="SessionSnapshot.Previews"/> show the
    /// latest.
    /// </summary>
    public const string BlockId = "editor";

    /// <param name="lessonDirectory">As the shell knows it.</param>
    /// <param name="text">What the file holds.</param>
    internal static string CommandFor(Lesson lesson, string lessonDirectory, string path, string text)
    {
        var place = lesson.Namespace is { } ns && !NamesNamespace(text) ? $" -n {ns}" : "";
        return $"kubectl apply -f ~/{Path.GetFileName(lessonDirectory)}/{path}{place}";
    }

    /// <summary>
    /// Where a run of it counts: the section that applies the file, else the one that was begun last.
    /// </summary>
    internal static Section SectionOf(Lesson lesson, string path, IEnumerable<string> begun) =>
        lesson.Sections.FirstOrDefault(s => s.Blocks.Any(b => b.Files.Contains(path)))
        ?? lesson.Sections.FirstOrDefault(s => s.Id == begun.LastOrDefault())
        ?? lesson.Sections.FirstOrDefault(s => s.IsTask)
        ?? lesson.Sections[0];

    /// <summary>kubectl refuses another namespace than the object's own.</summary>
    private static bool NamesNamespace(string text)
    {
        try
        {
            return ManifestYaml
                .Read(text)
                .Documents.Select(d => d.RootNode)
                .OfType<YamlMappingNode>()
                .Any(o => o.Find("metadata", "namespace") is not null);
        }
        catch (YamlException)
        {
            return false; // kubectl says what is wrong with it
        }
    }
}
