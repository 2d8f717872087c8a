using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Web.Components.Lessons;

/// <summary>One object of a kubectl diff.</summary>
/// <param name="Title">Kind, namespace and name, such as <c>VirtualService bookinfo/reviews</c>.</param>
internal sealed record DiffObject(string Title, ImmutableArray<DiffLine> Lines);

/// <param name="Mark">Plus, minus, or a space for what stays.</param>
internal readonly record struct DiffLine(char Mark, string Text);

/// <summary>Reads the unified diffs that kubectl diff prints, which compare two temporary directories.</summary>
internal static partial class PreviewDiff
{
    public static ImmutableArray<DiffObject> Read(string output)
    {
        var objects = ImmutableArray.CreateBuilder<DiffObject>();
        var hunks = new List<List<DiffLine>>();
        string? title = null;

        void Add()
        {
            if (title is not null)
                objects.Add(new(title, Join(hunks.Where(IsWorthReading))));
            hunks.Clear();
        }

        foreach (var line in output.Split('\n'))
        {
            if (line.StartsWith("diff ", StringComparison.Ordinal))
            {
                Add();
                title = TitleOf(line.TrimEnd());
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                hunks.Add([]);
            }
            else if (hunks.Count > 0 && line is ['+' or '-' or ' ', ..])
            {
                hunks[^1].Add(new(line[0], line[1..].TrimEnd('\r')));
            }
        }
        Add();
        return objects.ToImmutable();
    }

    /// <summary>That a change is counted is no change.</summary>
    private static bool IsWorthReading(List<DiffLine> hunk) =>
        hunk.Any(l => l.Mark != ' ' && !l.Text.TrimStart().StartsWith("generation:", StringComparison.Ordinal));

    /// <summary>Between two places something is left out.</summary>
    private static ImmutableArray<DiffLine> Join(IEnumerable<List<DiffLine>> hunks) =>
        [.. hunks.SelectMany((h, i) => i == 0 ? h : h.Prepend(new DiffLine(' ', "…")))];

    /// <summary>
    /// The file's name is group.version.kind.namespace.name; the group may be empty and names have dots.
    /// </summary>
    private static string TitleOf(string line)
    {
        var file = line[(line.LastIndexOf('/') + 1)..];
        if (ObjectFile().Match(file) is not { Success: true } match)
            return file;
        var (kind, ns, name) = (match.Groups["kind"].Value, match.Groups["ns"].Value, match.Groups["name"].Value);
        return ns.Length > 0 ? $"{kind} {ns}/{name}" : $"{kind} {name}";
    }

    [GeneratedRegex(
        @"^(?:[a-z0-9.-]*\.)?v\d+(?:(?:alpha|beta)\d+)?\.(?<kind>[A-Z]\w*)\.(?<ns>[a-z0-9-]*)\.(?<name>.+)$"
    )]
    private static partial Regex ObjectFile();
}
