using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Architecture.Tests;

/// <summary>What is logged stands in one class of each project, with event ids that name one thing each.</summary>
public sealed partial class LoggingTests
{
    private static readonly string s_source = Path.Combine(ReferenceDirectionTests.Root(), "src");

    /// <summary>Words for what a learner wrote or a secret: none of them is logged.</summary>
    private static readonly string[] s_private =
    [
        "Command",
        "Output",
        "Answer",
        "Code",
        "Kubeconfig",
        "Token",
        "Password",
        "LearnerName",
        "Title",
        "Text",
        "Input",
    ];

    private sealed record Event(string Project, string File, string Class, string Arguments);

    [Fact]
    public void LoggerMessages_All_StandInLogOrGuarded() =>
        Assert.Empty(Events().Where(e => e.Class is not ("Log" or "Guarded")).Select(e => $"{e.File}: {e.Class}"));

    [Fact]
    public void LoggerMessages_All_HaveAnEventIdOfTheirOwn()
    {
        var ids = Events()
            .Select(e =>
                (
                    e.Class,
                    e.Project,
                    Id: EventId().Match(e.Arguments) is { Success: true } m
                        ? int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)
                        : -1,
                    e.Arguments
                )
            )
            .ToList();

        Assert.NotEmpty(ids);
        Assert.Empty(ids.Where(i => i.Id < 0).Select(i => i.Arguments));
        // Those of guarded work are compiled into every project.
        Assert.All(ids, i => Assert.True(i.Class == "Guarded" ? i.Id < 100 : i.Id >= 100, i.Arguments));
        Assert.Empty(
            ids.GroupBy(i => i.Id)
                .Where(g => g.Count() > 1)
                .Select(g => $"{g.Key}: {string.Join(", ", g.Select(i => i.Project))}")
        );
    }

    [Fact]
    public void LoggerMessages_OfAProject_AreInTheRangeOfItsReadme()
    {
        foreach (var project in Events().Where(e => e.Class == "Log").GroupBy(e => e.Project))
        {
            var readme = Path.Combine(s_source, project.Key, "README.md");
            if (!File.Exists(readme) || Range().Match(File.ReadAllText(readme)) is not { Success: true } range)
                continue;
            var (from, to) = (
                int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture),
                int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture)
            );
            Assert.All(
                project,
                e =>
                    Assert.InRange(
                        int.Parse(EventId().Match(e.Arguments).Groups[1].Value, CultureInfo.InvariantCulture),
                        from,
                        to
                    )
            );
        }
    }

    [Fact]
    public void LoggerMessages_All_LogNoWordsOfALearnerAndNoSecrets() =>
        Assert.Empty(
            Events()
                .Where(e => Placeholder().Matches(e.Arguments).Any(m => s_private.Contains(m.Groups[1].Value)))
                .Select(e => e.Arguments)
        );

    private static IEnumerable<Event> Events()
    {
        foreach (
            var file in Directory
                .EnumerateFiles(s_source, "*.cs", SearchOption.AllDirectories)
                .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
        )
        {
            var text = File.ReadAllText(file);
            foreach (Match message in Message().Matches(text))
            {
                var name = ClassName().Matches(text[..message.Index]).LastOrDefault()?.Groups[1].Value ?? "";
                yield return new(
                    Path.GetRelativePath(s_source, file).Split('/')[0],
                    Path.GetRelativePath(s_source, file),
                    name,
                    message.Groups[1].Value
                );
            }
        }
    }

    [GeneratedRegex(@"\[LoggerMessage\((.*?)\)\]", RegexOptions.Singleline)]
    private static partial Regex Message();

    [GeneratedRegex(@"EventId = (\d+)")]
    private static partial Regex EventId();

    /// <summary>Not the nested ones, which may stand before a message of the class around them.</summary>
    [GeneratedRegex(@"^\w.*\bclass (\w+)", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"event ids (\d+) to (\d+)")]
    private static partial Regex Range();
}
