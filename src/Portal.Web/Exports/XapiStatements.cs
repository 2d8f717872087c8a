using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Portal.Classroom.Exports;
using Portal.Classroom.Model;

namespace Portal.Web.Exports;

/// <summary>
/// A class as statements of xAPI 1.0.3, for a learning record store. The same fact has the same id in each export, so
/// that a store takes it once.
/// </summary>
internal static class XapiStatements
{
    private const string Verbs = "http://adlnet.gov/expapi/verbs/";
    private const string Activities = "http://adlnet.gov/expapi/activities/";

    public static IReadOnlyList<Statement> Of(ClassExport found, Uri portal) =>
        [.. found.Learners.SelectMany(learner => Of(found, learner, portal))];

    private static IEnumerable<Statement> Of(ClassExport found, LearnerExport learner, Uri portal)
    {
        var (course, lessonId) = (Uri.EscapeDataString(found.CourseId), Uri.EscapeDataString(found.LessonId));
        var lesson = new Uri(portal, $"learn/{course}/{lessonId}");
        var actor = new Actor("Agent", learner.Name, new Account(portal.ToString(), learner.Id));
        var context = new Context(new([new XapiObject("Activity", lesson.ToString(), new(Activities + "lesson"))]));

        Statement Make(string verb, string thing, string type, Result? result, DateTimeOffset at)
        {
            var id = $"{lesson}#{Uri.EscapeDataString(thing)}";
            return new Statement(
                IdOf($"{learner.Id} {verb} {id} {at.UtcTicks}"),
                actor,
                new Verb(Verbs + verb, new() { ["en"] = verb }),
                new XapiObject("Activity", id, new(Activities + type)),
                result,
                context,
                at.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)
            );
        }

        foreach (var section in learner.Sections)
        {
            if (section.CompletedAt is not { } at)
                continue;
            var took = section.Seconds is { } s ? XmlConvert.ToString(TimeSpan.FromSeconds(s)) : null;
            var graded = section.Kind == "exercise";
            var broken = section.Status == SectionStatus.BrokenAgain;
            yield return Make(
                !graded ? "completed"
                    : broken ? "failed"
                    : "passed",
                section.Id,
                graded ? "assessment" : "module",
                new Result(graded ? !broken : null, true, null, took),
                at
            );
        }
        foreach (var check in learner.Checks)
        {
            var passed = check.Status == CheckStatus.Passed;
            var took = check.Seconds is { } s ? XmlConvert.ToString(TimeSpan.FromSeconds(s)) : null;
            var result = new Result(passed, null, new(check.Points), took);
            yield return Make("answered", $"{check.SectionId}/{check.Id}", "question", result, check.At);
        }
    }

    /// <summary>A UUID of the fact itself, by RFC 9562's version 8.</summary>
    private static string IdOf(string fact)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(fact), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }

    internal sealed record Statement(
        string Id,
        Actor Actor,
        Verb Verb,
        XapiObject Object,
        Result? Result,
        Context Context,
        string Timestamp
    );

    internal sealed record Actor(string ObjectType, string Name, Account Account);

    internal sealed record Account(string HomePage, string Name);

    internal sealed record Verb(string Id, Dictionary<string, string> Display);

    internal sealed record XapiObject(string ObjectType, string Id, Definition Definition);

    internal sealed record Definition(string Type);

    internal sealed record Result(bool? Success, bool? Completion, Score? Score, string? Duration);

    internal sealed record Score(int Raw);

    internal sealed record Context(ContextActivities ContextActivities);

    internal sealed record ContextActivities(XapiObject[] Parent);
}
